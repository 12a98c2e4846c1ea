"""What players are told of ads: the columns, what may stand in them, and what becomes of the rest."""
import json
import unittest
from typing import Optional

from db_support import DatabaseCase

from harness.server import Server

AT_ONCE_SECONDS = 10  # far below the poll of 30 s
COLUMNS = ("weight", "skip_after_ms", "image_width", "image_height", "advertiser", "category", "wrapper_url",
           "media_files", "trackers", "progress_offsets_ms", "ad_verifications")
MEDIA = '[{"url": "https://m.example/a.mp4", "type": "video/mp4", "width": 640, "mezzanine": false, "codec": null}]'

# The table under another name, and a view in its place from before there were the new columns.
OLD_VIEW = ("ALTER TABLE ads RENAME TO ads_table; CREATE VIEW ads AS SELECT id, image_url, target_url, title, "
            "video_url, video_type, video_width, video_height, duration_ms, active, starts_at, ends_at "
            "FROM ads_table")
# As the program before left it: none of the columns, and functions of another version.
OLD_RECORD = "DELETE FROM schema_migrations WHERE version = 8; UPDATE schema_functions SET version = 6"


class CreativeCase(DatabaseCase):
    def refusal(self, column: str, value: str, ad_id: int = 1) -> Optional[str]:
        """What psql users are told; None where it is taken."""
        literal = value.replace("'", "''")
        told = self.value(f"""
            CREATE TEMP TABLE IF NOT EXISTS told (state text, words text, of_column text); TRUNCATE told;
            DO $do$ DECLARE v_state text; v_words text; v_column text; BEGIN
                UPDATE ads SET {column} = '{literal}' WHERE id = {ad_id};
            EXCEPTION WHEN OTHERS THEN
                GET STACKED DIAGNOSTICS v_state = RETURNED_SQLSTATE, v_words = MESSAGE_TEXT, v_column = COLUMN_NAME;
                INSERT INTO told VALUES (v_state, v_words, v_column);
            END $do$;
            SELECT coalesce((SELECT concat_ws('|', state, of_column, words) FROM told), '')""").splitlines()[-1:]
        return told[0] if told and told[0] else None

    def lines(self, server: Server, text: str) -> int:
        return sum(text in line for line in server.log_text().splitlines())

    def wait_title(self, server: Server, title: str) -> None:
        server.wait_until(lambda: server.get("/ads").json()[0].get("title") == title, AT_ONCE_SECONDS)


class Columns(CreativeCase):
    REFUSED = (
        ("media_files", "{}", 'it is no array: [{"url": "https://..."}, ...]'),
        ("media_files", '["https://m.example/a"]', 'item 1: it is no object: {"url": "https://..."}'),
        ("media_files", '[{"url": "https://m"}, {"type": "video/mp4"}]', "item 2: url is missing"),
        ("media_files", '[{"url": null}]', "item 1: url is missing"),
        ("media_files", '[{"url": "ftp://m"}]', "item 1: url is no http or https URL"),
        ("media_files", '[{"url": "https:///m"}]', "item 1: url is no http or https URL"),
        ("media_files", json.dumps([{"url": "https://m/" + 8192 * "a"}]), "item 1: url is no http or https URL"),
        ("media_files", '[{"url": "https://m", "type": 1}]', "item 1: type is no text"),
        ("media_files", '[{"url": "https://m", "codec": ""}]', "item 1: codec is no text"),
        ("media_files", '[{"url": "https://m", "delivery": "fast"}]',
         "item 1: delivery is neither progressive nor streaming"),
        ("media_files", '[{"url": "https://m", "width": "1"}]', "item 1: width is no integer from 0 to 2147483647"),
        ("media_files", '[{"url": "https://m", "height": -1}]', "item 1: height is no integer from 0 to 2147483647"),
        ("media_files", '[{"url": "https://m", "bitrate_kbps": 2147483648}]',
         "item 1: bitrate_kbps is no integer from 0 to 2147483647"),
        ("media_files", '[{"url": "https://m", "width": 1.5}]', "item 1: width is no integer from 0 to 2147483647"),
        ("media_files", '[{"url": "https://m", "mezzanine": "yes"}]', "item 1: mezzanine is neither true nor false"),
        ("media_files", '[{"url": "https://m", "bitrate": 1}]',
         "item 1: bitrate is unknown: there are url, type, delivery, width, height, bitrate_kbps, codec, mezzanine"),
        ("media_files", json.dumps(51 * [{"url": "https://m"}]), "there are 51 items, more than 50"),
        ("trackers", "[]", 'it is no object: {"impression": "https://...", "start": ["https://...", "https://..."]}'),
        ("trackers", '{"Start": "https://t"}', "there is no event Start"),
        ("trackers", '{"fill": "https://t"}', "there is no event fill"),
        ("trackers", '{"start": "http://t"}', "start, URL 1: it is no https URL"),
        ("trackers", '{"start": ["https://t", 5]}', "start, URL 2: it is no https URL"),
        ("trackers", '{"start": {"url": "https://t"}}', "start, URL 1: it is no https URL"),
        ("trackers", json.dumps({"start": 201 * ["https://t"]}), "there are 201 URLs, more than 200"),
        ("trackers", json.dumps({"start": 8 * ["https://" + "t" * 8184], "mute": ["https://t"]}),
         "the URLs are 65545 bytes long, more than 65536"),
        ("progress_offsets_ms", "5000", "it is no array: [5000, 15000]"),
        ("progress_offsets_ms", "[0, -1]", "item 2: it is no integer from 0 to 86400000"),
        ("progress_offsets_ms", "[86400001]", "item 1: it is no integer from 0 to 86400000"),
        ("progress_offsets_ms", '["5000"]', "item 1: it is no integer from 0 to 86400000"),
        ("progress_offsets_ms", "[1, 2, 1]", "item 3: it is given twice"),
        ("progress_offsets_ms", json.dumps(list(range(21))), "there are 21 items, more than 20"),
        ("wrapper_url", "third.example/vast", "it is no http or https URL"),
        ("wrapper_url", "javascript:alert(1)", "it is no http or https URL"),
    )
    TAKEN = (
        ("media_files", MEDIA),
        ("media_files", "[]"), ("media_files", "null"),
        ("media_files", json.dumps(50 * [{"url": "HTTP://m:80/[CACHEBUSTING]?a b", "delivery": "streaming"}])),
        ("trackers", "{}"), ("trackers", "null"), ("trackers", '{"start": null, "click": []}'),
        ("trackers", json.dumps({"start": 199 * ["https://t?[ERRORCODE]"], "error": "https://e"})),
        ("progress_offsets_ms", "[]"), ("progress_offsets_ms", "null"),
        ("progress_offsets_ms", json.dumps([86400000, *range(19)])),
        ("wrapper_url", ""), ("wrapper_url", "HTTP://w:80/[CACHEBUSTING]?a b"),
        ("weight", "0"), ("skip_after_ms", "0"), ("image_width", "1"), ("image_height", "1"),
    )

    def test_what_is_wrong_is_refused_in_words(self) -> None:
        self.wait_up(self.start_server())
        self.add_ads(1)
        for column, value, words in self.REFUSED:
            with self.subTest(column=column, value=value[:60]):
                self.assertEqual(self.refusal(column, value), f"23514|{column}|ads.{column}: {words}")
        for column, value in (("weight", "-1"), ("skip_after_ms", "-1"), ("image_width", "0"),
                              ("image_height", "0")):
            with self.subTest(column=column):
                self.assertIn(f'check constraint "ads_{column}_check"', self.refusal(column, value) or "")

    def test_what_is_right_is_taken(self) -> None:
        server = self.start_server()
        self.wait_up(server)
        self.add_ads(1)
        for column, value in self.TAKEN:
            with self.subTest(column=column, value=value[:60]):
                self.assertIsNone(self.refusal(column, value))
        self.psql("UPDATE ads SET title = 'last' WHERE id = 1")
        self.wait_title(server, "last")
        self.assertEqual(self.lines(server, "part of an ad passed over"), 0)

    def test_the_list_stays_as_it_is(self) -> None:
        server = self.start_server()
        self.wait_up(server)
        self.add_ads(1)
        self.wait_ads(server)
        before = server.get("/ads")
        self.psql(f"UPDATE ads SET weight = 7, skip_after_ms = 5000, image_width = 300, image_height = 250, "
                  f"advertiser = 'a', category = 'IAB1', wrapper_url = 'https://w', media_files = '{MEDIA}', "
                  f"trackers = '{{\"start\": \"https://t\"}}', progress_offsets_ms = '[1]', "
                  f"ad_verifications = '<AdVerifications/>'")
        self.psql("INSERT INTO ads (image_url, target_url, title) VALUES ('', '', 'last')")
        server.wait_until(lambda: len(server.get("/ads").json()) == 2, AT_ONCE_SECONDS)
        self.assertEqual(server.get("/ads").json()[0], before.json()[0])


class Faults(CreativeCase):
    def test_a_part_is_passed_over_and_told_once(self) -> None:
        """By whoever goes round the check."""
        server = self.start_server()
        self.wait_up(server)
        self.add_ads(2)
        self.psql("ALTER TABLE ads DISABLE TRIGGER ads_checked; "
                  "UPDATE ads SET media_files = '[{\"url\": 1}]', trackers = '[]', "
                  "ad_verifications = '<AdVerifications>&x;</AdVerifications>' WHERE id = 2")
        told = ("id=2 column=media_files: an item has no url", "id=2 column=trackers: it is no object",
                "id=2 column=ad_verifications: it has an entity that is none of XML's own")
        server.wait_until(lambda: self.lines(server, "part of an ad passed over") == 3, AT_ONCE_SECONDS)
        for title in ("a", "b"):  # read again, with and without a change of its own
            self.psql(f"UPDATE ads SET title = '{title}' WHERE id = 1")
            self.wait_title(server, title)
        self.psql("UPDATE ads SET title = 'c' WHERE id = 2")
        server.wait_until(lambda: server.get("/ads").json()[1].get("title") == "c", AT_ONCE_SECONDS)
        for text in told:
            self.assertEqual(self.lines(server, f"part of an ad passed over {text}"), 1, text)
        self.assertEqual(server.metrics().value("adtracker_ads_unreadable"), 0)
        server.kill()
        server.env["DB_CONN"] = f"host={self.directory()}"
        server.start()  # out of the snapshot
        for text in told:
            self.assertEqual(self.lines(server, f"part of an ad passed over {text}"), 2, text)

    def test_a_document_is_rendered_again_when_its_ad_changes(self) -> None:
        server = self.start_server()
        self.wait_up(server)
        self.add_ads(3)
        self.psql("UPDATE ads SET video_url = 'https://m.example/a.mp4'")
        self.wait_ads(server)

        def rendered() -> float:
            for ad_id in (1, 2, 3):
                self.assertEqual(server.get(f"/ads/{ad_id}/vast").status, 200)
            return server.metrics().value("adtracker_documents_rendered_total")

        server.wait_until(lambda: b"<Linear" in server.get("/ads/3/vast").body, AT_ONCE_SECONDS)
        before = rendered()
        self.assertEqual(rendered(), before)
        self.psql("UPDATE ads SET title = 'new' WHERE id = 1")
        self.wait_title(server, "new")
        self.assertEqual(rendered(), before + 1)


class FromBefore(CreativeCase):
    def test_a_table_gets_the_columns(self) -> None:
        server = self.start_server()
        self.wait_up(server)
        self.add_ads(2)
        self.wait_ads(server)
        before = server.get("/ads").json()
        server.stop()
        self.psql(OLD_RECORD + "; ALTER TABLE ads " + ", ".join(f"DROP COLUMN {name} CASCADE" for name in COLUMNS))
        server.start()
        self.wait_up(server)
        server.wait_until(lambda: self.listed(server) == 2, AT_ONCE_SECONDS)
        self.assertEqual(server.get("/ads").json(), before)
        self.assertEqual(self.value("SELECT string_agg(DISTINCT weight::text, ',') FROM ads"), "1")
        self.assertIn("url is missing", self.refusal("media_files", "[{}]") or "")

    def test_a_view_in_its_place_goes_on_without(self) -> None:
        """Through a change of the functions as well, whose triggers no view can have."""
        server = self.start_server()
        self.wait_up(server)
        self.add_ads(2)
        self.wait_ads(server)
        self.psql(f"UPDATE ads SET media_files = '{MEDIA}'; {OLD_VIEW}; {OLD_RECORD}")
        server.stop()
        server.start()
        self.wait_up(server)
        server.wait_until(lambda: self.listed(server) == 2, AT_ONCE_SECONDS)
        self.psql("CREATE OR REPLACE VIEW ads AS SELECT id, image_url, target_url, 'new' AS title, video_url, "
                  "video_type, video_width, video_height, duration_ms, active, starts_at, ends_at, weight, "
                  "media_files FROM ads_table; UPDATE ads_table SET weight = 2")
        self.wait_title(server, "new")
        self.assertIn("url is missing", self.refusal("media_files", "[{}]") or "")

    def test_columns_of_somebodys_own(self) -> None:
        """json and text read alike; what does not is told."""
        server = self.start_server()
        self.wait_up(server)
        self.add_ads(1)
        server.stop()
        self.psql(OLD_RECORD + "; DROP TRIGGER ads_checked ON ads; ALTER TABLE ads ALTER media_files TYPE json, "
                  f"ALTER trackers TYPE text; UPDATE ads SET media_files = '{MEDIA}', trackers = '{{}}'")
        server.start()
        self.wait_up(server)
        server.wait_until(lambda: b"m.example/a.mp4" in server.get("/ads/1/vast").body, AT_ONCE_SECONDS)
        self.assertIn("it is no object", self.refusal("trackers", "[]") or "")
        self.psql("ALTER TABLE ads ALTER advertiser TYPE integer USING 1")
        self.psql("UPDATE ads SET title = 'x'")
        server.wait_until(lambda: self.lines(server, "ads.advertiser is of type integer; it must be text") == 1,
                          AT_ONCE_SECONDS)


if __name__ == "__main__":
    unittest.main()
