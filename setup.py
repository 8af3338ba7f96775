"""What pyproject.toml can't say: the sample pages in data/ are installed as wencang/sample, for `wencang demo`."""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["archive*", "crawler*", "indexer*", "wencang*"]), "wencang.sample"],
    package_dir={"wencang.sample": "data/sample"},
)
