import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

import org.opensearch.Version;
import org.opensearch.common.settings.Settings;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.plugins.PluginInfo;

/**
 * An OpenSearch node that runs from jars on the class path, with the modules that wencang needs.
 *
 * <p>Usage: java -cp 'LIB/*' Node HOME NAME=VALUE... (settings; a list is separated by commas). It stops when its
 * standard input is closed, so that it does not outlive the process that started it. It does not use OpenSearch's
 * Bootstrap, which refuses to run as root and checks limits of the kernel.
 */
public class Node extends org.opensearch.node.Node {

    private static final List<String> MODULES = List.of(
            "org.opensearch.transport.Netty4ModulePlugin",
            "org.opensearch.analysis.common.CommonAnalysisModulePlugin");

    @SuppressWarnings({"unchecked", "rawtypes"}) // version 2 takes classes, version 3 descriptions of plugins
    private Node(Settings settings, Path home) throws Exception {
        super(InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), home.resolve("config"), () -> "node"),
                (Collection) modules(), true);
    }

    private static List<Object> modules() throws ClassNotFoundException {
        List<Object> modules = new ArrayList<>();
        for (String name : MODULES) {
            modules.add(Version.CURRENT.major < 3
                    ? Class.forName(name.replace("ModulePlugin", "Plugin"))
                    : new PluginInfo(name, "", "NA", Version.CURRENT, "11", name, List.of(), false));
        }
        return modules;
    }

    public static void main(String[] args) throws Exception {
        Path home = Path.of(args[0]).toAbsolutePath();
        Settings.Builder settings = Settings.builder().put("path.home", home.toString());
        for (String setting : List.of(args).subList(1, args.length)) {
            String[] pair = setting.split("=", 2);
            if (pair[1].contains(",")) {
                settings.putList(pair[0], pair[1].split(","));
            } else {
                settings.put(pair[0], pair[1]);
            }
        }
        Node node = new Node(settings.build(), home);
        node.start();
        while (System.in.read() >= 0) {
            // wait until the pipe is closed
        }
        node.close();
        System.exit(0);
    }
}
