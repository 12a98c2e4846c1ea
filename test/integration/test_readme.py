"""What README.md says: its commands answer as they do there, and its table is the --help."""
import os
import re
import subprocess
import unittest

from harness.case import BINARY, TrackerCase
from harness.postgres import ROOT
from harness.readme import blocks, commands, section


def anchors(text: str) -> set:
    """What the headings of a document are linked by."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


class LinksTest(unittest.TestCase):
    def test_they_lead_somewhere(self) -> None:
        for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "docs/scale.md", "sql/README.md"):
            text = (ROOT / name).read_text(encoding="utf-8")
            for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", text):
                file, _, anchor = link.partition("#")
                target = (ROOT / name).parent / file if file else ROOT / name
                self.assertTrue(target.exists(), f"{name}: {link}")
                if anchor:
                    self.assertIn(anchor, anchors(target.read_text(encoding="utf-8")), name)


class ReadmeTest(TrackerCase):
    def test_commands_answer_as_written(self) -> None:
        server = self.start_server(SAMPLE_DATA="1")
        server.wait_until(lambda: server.get("/ads").status == 200)
        use = section("Use")
        self.assertGreater(len(commands(use)), 5)
        # An event that waits shows in the totals' pending_events.
        for command in commands(use):
            server.wait_until(lambda: server.metrics().value("adtracker_queue_events") == 0)
            command.run(replace={"http://localhost:8080": f"http://127.0.0.1:{server.port}"})

    def test_ads_are_changed_as_written(self) -> None:
        server = self.start_server(SAMPLE_DATA="1", ADMIN_TOKEN="a" * 24)
        server.wait_until(lambda: server.get("/ads").status == 200 and len(server.get("/ads").json()) == 5)
        found = commands(section("Ads over REST"))
        self.assertGreater(len(found), 4)
        for command in found:
            command.run(env={**os.environ, "ADMIN_TOKEN": "a" * 24},
                        replace={"http://localhost:8080": f"http://127.0.0.1:{server.port}"})

    def test_journal_is_described(self) -> None:
        server = self.start_server(SAMPLE_DATA="1")
        server.wait_until(lambda: server.get("/ads").status == 200)
        found = [command for command in commands(section("What 202 means")) if "--journal" in command.line]
        self.assertEqual(len(found), 1)
        found[0].run(replace={".dev/journal": str(server.journal),
                              "build/release/video-ad-tracker": str(BINARY)})

    def test_journal_is_imported(self) -> None:
        server = self.start_server(SAMPLE_DATA="1")
        server.wait_until(lambda: server.get("/ads").status == 200)
        cut_off = self.start_server(DB_CONN="host=/nowhere")
        for _ in range(3):
            self.assertEqual(cut_off.post("/ads/click", {"ad_id": 1}).status, 202)
        cut_off.kill()
        found = [command for command in commands(section("What 202 means")) if "--import" in command.line]
        self.assertEqual(len(found), 1)
        found[0].run(env={**os.environ, **server.env},
                     replace={"/mnt/rescued/journal": str(cut_off.journal), "video-ad-tracker": str(BINARY)})

    def test_sql_runs(self) -> None:
        server = self.start_server(SAMPLE_DATA="1")
        server.wait_until(lambda: server.get("/ads").status == 200)
        found = blocks(section("The data"), "sql")
        self.assertGreater(len(found), 1)
        for block in found:
            self.psql(block)
        server.wait_until(lambda: len(server.get("/ads").json()) == 6)

    def test_sql_for_analysts_runs(self) -> None:
        server = self.start_server(SAMPLE_DATA="1")
        server.wait_until(lambda: server.get("/ads").status == 200)
        found = blocks((ROOT / "sql/README.md").read_text(), "sql")
        self.assertGreater(len(found), 5)
        for block in found:
            self.psql(block)
        self.assertEqual(self.psql("SELECT sum(clicks), (SELECT sum(clicks) FROM traffic_days) FROM ad_totals"),
                         [("5", "5")])

    def test_sql_for_analysts_names_every_column(self) -> None:
        """Of what it describes."""
        server = self.start_server(SAMPLE_DATA="1")
        server.wait_until(lambda: server.get("/ads").status == 200)
        text = (ROOT / "sql/README.md").read_text()
        for relation, column in self.psql(
                "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND attnum > 0 "
                "WHERE relnamespace = 'public'::regnamespace AND (relkind = 'v' OR relname IN ('events', 'counts', "
                "'counts_minute', 'counts_late', 'marks', 'placements')) AND attname !~ '^k[0-9]+$' "
                "AND relname NOT IN ('clicks', 'impressions')"):
            self.assertIn(f"`{relation}`" if "**" + relation + "**" not in text else f"**{relation}**", text)
            self.assertIn(f"`{column}`", text, relation)

    def test_a_session_is_begun_with_tokens_that_are_made_so(self) -> None:
        [export] = blocks(section("Operators"), "sh")
        made = subprocess.run(["bash", "-ec", export + 'echo "$READ_TOKEN" "$ADMIN_TOKEN"'], capture_output=True,
                              text=True, timeout=20, check=True).stdout.split()
        server = self.start_server(READ_TOKEN=made[0], ADMIN_TOKEN=made[1])
        [command] = commands(section("Operators"))
        command.run(env={**os.environ, "READ_TOKEN": made[0]},
                    replace={"http://localhost:8080": f"http://127.0.0.1:{server.port}"})

    def test_configuration_is_what_help_says(self) -> None:
        told = subprocess.run([str(BINARY), "--help"], capture_output=True, text=True, timeout=20,
                              check=True).stdout
        rows = re.findall(r"^\| `(\w+)` \| (.*?) ?\| (.*) \|$", section("Configuration"), re.MULTILINE)
        self.assertGreater(len(rows), 5)
        written = [f"  {name:<24} {meaning}" + (f" ({default})" if default else "")
                   for name, default, meaning in rows]
        self.assertEqual(written, re.findall(r"^  [A-Z]\w+ .*$", told, re.MULTILINE))
