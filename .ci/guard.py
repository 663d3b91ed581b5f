"""Fail when a tracked file holds what must not be in git.

That is: a path of somebody's machine, the address of a package registry or of a content network, a lock
that names addresses, a third-party front-end file, or a file too large to be source.
"""

import re
import subprocess
import sys
from pathlib import Path

LARGEST = 1_500_000
FOREIGN = re.compile(r"(^|/)(node_modules|vendor)/|\.(woff2?|ttf|otf|min\.js|min\.css|map)$")
WORDS = {
    "a path of one machine": re.compile(r"(?<![\w.>/-])/(?:root|work|home/\w+|Users/\w+|opt/\w+|tmp)/[\w.]"),
    "the address of a package registry": re.compile(
        r"(?:pypi|pythonhosted)\.org/(?:simple|packages)"
        r"|registry\.(?:npmjs|yarnpkg)\.\w+|(?<!emit-)index-url[ =]"
    ),
    "a content network": re.compile(r"(?:jsdelivr|unpkg|cdnjs|googleapis|gstatic|bootstrapcdn)\.(?:net|com)"),
    "a lock entry with an address": re.compile(r'"resolved":\s'),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY"),
}


def tracked() -> list[Path]:
    """Every file that git tracks and that is still here."""
    listing = subprocess.run(["git", "ls-files", "-z"], capture_output=True, text=True, check=True).stdout
    paths = [Path(name) for name in listing.split("\0") if name]
    return [path for path in paths if path.is_symlink() or path.is_file()]


def complaints(path: Path) -> list[str]:
    """What is wrong with one file, in sentences."""
    if path.is_symlink():
        return [f"{path}: a link; it leads to a place that others do not have"]
    if FOREIGN.search(path.as_posix()):
        return [f"{path}: a third-party file; name it in admin/assets/assets.toml instead"]
    content = path.read_bytes()
    if len(content) > LARGEST:
        return [f"{path}: {len(content):,} bytes; more than {LARGEST:,}"]
    lines = content.decode("utf-8", "replace").splitlines()
    return [
        f"{path}:{number}: {what}: {found[0]}"
        for number, line in enumerate(lines, start=1)
        for what, pattern in WORDS.items()
        if (found := pattern.search(line))
    ]


def main() -> int:
    """Print every complaint; exit code 1 when there is one."""
    found = [complaint for path in tracked() for complaint in complaints(path)]
    print("\n".join(found) or "Nothing in git that must not be there.")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
