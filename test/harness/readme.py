"""README.md as a test reads it: its fenced blocks, and shell commands that are run again."""
import re
import subprocess
from typing import Dict, List, NamedTuple, Optional

from harness.postgres import ROOT

FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Command(NamedTuple):
    line: str
    answer: str  # `...` in it stands for anything

    def run(self, env: Optional[Dict[str, str]] = None, replace: Optional[Dict[str, str]] = None) -> str:
        """What it prints. AssertionError where that is not the answer, or it fails."""
        line = self.line
        for old, new in (replace or {}).items():
            line = line.replace(old, new)
        done = subprocess.run(["bash", "-ec", line.replace("curl ", "curl -sS ")], env=env, cwd=ROOT,
                              capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, f"{line}\nended with {done.returncode}: {done.stderr}"
        pattern = ".*".join(re.escape(part) for part in self.answer.split("..."))
        assert re.fullmatch(pattern, done.stdout.strip(), re.DOTALL), \
            f"{line}\nanswered {done.stdout!r}\ninstead of {self.answer!r}"
        return done.stdout


def section(title: str) -> str:
    """The text under a heading of the second level."""
    text = (ROOT / "README.md").read_text()
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"README.md has no section {title}"
    return found[1]


def blocks(text: str, language: str) -> List[str]:
    return [body for name, body in FENCE.findall(text) if name == language]


def commands(text: str) -> List[Command]:
    """The commands of its console blocks with their answers."""
    found = []
    for block in blocks(text, "console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line = re.match(r"(?:.*\\\n)*.*", part)[0]
            found.append(Command(line, part[len(line):].strip()))
    return found
