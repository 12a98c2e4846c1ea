"""The kinds of events in the database: the labels of event_kind in the order of their numbers."""
import unittest

from db_support import KINDS, DatabaseCase
from functions_support import JOURNAL, NONCE, NOON, Functions, by_kind, row
from schema_support import KINDS_TABLE, LABELS, is_up

from harness.server import Server


class Labels(DatabaseCase):
    def labels(self) -> list:
        return [label for label, in self.psql("SELECT unnest(enum_range(NULL::event_kind))")]

    def open(self, **env: str) -> Server:
        server = self.start_server(**env)
        self.wait_up(server)
        return server

    def assert_works(self, server: Server) -> None:
        self.add_ads()
        self.wait_ads(server)
        events = self.post(server, 0, 20)
        self.wait_at_rest(server)
        self.assert_stored(events)
        self.assert_books(server, len(events))

    def test_they_stand_in_the_order_of_their_numbers(self) -> None:
        self.assertEqual([int(number) for number, _ in KINDS_TABLE], list(range(len(LABELS))))
        self.assertEqual(list(KINDS), LABELS[:len(KINDS)])
        self.open()
        self.assertEqual(self.labels(), LABELS)

    def test_a_type_without_some_gets_them(self) -> None:
        for there in (0, 1):
            with self.subTest(there=there):
                self.database += "k"
                conninfo = self.postgres.create_database(self.database)
                self.psql("CREATE TYPE event_kind AS ENUM ({})".format(
                    ", ".join(f"'{label}'" for label in LABELS[:there])))
                server = self.open(DB_CONN=conninfo)
                self.assertEqual(self.labels(), LABELS)
                self.assert_works(server)

    def test_a_schema_without_the_last_gets_it(self) -> None:
        self.open().stop()
        self.psql(f"DELETE FROM pg_enum WHERE enumlabel = '{LABELS[-1]}'")
        servers = [self.server() for _ in range(4)]
        for server in servers:
            server.launch()
        for server in servers:
            server.wait_until(lambda s=server: is_up(s))
            self.assertNotIn(" error ", server.log_text())
            self.assertNotIn("applying", server.log_text())
        self.assertEqual(self.labels(), LABELS)
        self.assert_works(servers[0])

    def test_one_that_only_a_newer_program_knows(self) -> None:
        self.open().stop()
        self.psql("ALTER TYPE event_kind ADD VALUE 'later'")
        server = self.open()
        self.assertNotIn("applying", server.log_text())
        self.assert_works(server)
        self.psql("INSERT INTO events (occurred_at, ad_id, kind) VALUES (now(), 1, 'later')")
        answer = server.get("/ads/analytics?start=2000-01-01T00:00:00Z&end=2100-01-01T00:00:00Z").json()
        self.assertEqual((answer["total_clicks"], answer["total_impressions"]), (10, 10))

    def test_another_order_is_refused_in_words(self) -> None:
        self.psql("CREATE TYPE event_kind AS ENUM ({})".format(
            ", ".join(f"'{label}'" for label in reversed(LABELS))))
        server = self.start_server()
        server.wait_until(lambda: server.metrics().value("adtracker_ingest_held") == 1)
        self.assertIn(f"event_kind has {LABELS[-1]} where", server.log_text())
        self.assertEqual(self.psql("SELECT relname FROM pg_class "
                                   "WHERE relnamespace = quote_ident(current_schema())::regnamespace"), [])


class Numbers(Functions):
    """The functions know kinds by number."""

    def set_cursor(self, **arrays: str) -> None:
        changes = ", ".join(f"{name} = '{array}'" for name, array in arrays.items())
        self.psql(f"UPDATE ingest_cursor SET {changes} WHERE journal = '{JOURNAL}'")

    def test_each_is_stored_as_its_label(self) -> None:
        """Of each kind one more than of the kind before."""
        many = [label for number, label in enumerate(LABELS) for _ in range(number + 1)]
        self.ingest(*(row(n + 1, label) for n, label in enumerate(many)))
        self.assertEqual(self.psql("SELECT kind, count(*) FROM events GROUP BY kind ORDER BY kind"),
                         [(label, str(number + 1)) for number, label in enumerate(LABELS)])
        self.assertEqual(self.psql(f"SELECT * FROM analytics_totals('{NOON}', '{NOON}', 1)"),
                         [(str(number), str(number + 1), "0" if number else "10000")
                          for number in range(len(LABELS))])

    def test_a_new_cursor_has_no_totals_yet(self) -> None:
        self.assertEqual(self.claim("00000000-0000-4000-8000-000000000009", NONCE),
                         ("0", "{}", "{}", "{}", "t", "3", "1", "f"))

    def test_arrays_that_are_too_short_grow(self) -> None:
        self.set_cursor(stored="{}", duplicate="{5}", rejected="{7}")
        self.assertEqual(self.ingest(row(1, "impression"), row(2, "impression", event_id="a"),
                                     row(3, "impression", event_id="a"), row(4, ad_id=99)),
                         ("4", by_kind(0, 2), by_kind(5, 1), "{8,0,0}"))
        self.set_cursor(rejected="{}")
        self.assertEqual(self.ingest(row(5), reject="no")[1:], (by_kind(0, 2), by_kind(5, 1), "{0,1,0}"))

    def test_a_batch_of_nothing_leaves_the_totals(self) -> None:
        self.assertEqual(self.ingest(), ("0", by_kind(0, 0), by_kind(0, 0), "{0,0,0}"))
        first = self.ingest(row(1), row(2, "impression"))
        self.assertEqual(self.ingest(), first)

    def test_a_new_kind_makes_them_longer(self) -> None:
        self.ingest(row(1), row(2, "impression"))
        self.psql("ALTER TYPE event_kind ADD VALUE 'later'")
        self.assertEqual(self.ingest(row(3), row(4, event_id="a"), row(5, event_id="a")),
                         ("5", by_kind(3, 1, later=1), by_kind(1, later=1), "{0,0,0}"))
        self.assert_counts_agree()


if __name__ == "__main__":
    unittest.main()
