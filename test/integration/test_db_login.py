"""What it takes to be let in: passwords, TLS, a pooler in between."""
import unittest

from db_support import TcpCase
from pooler_support import Pooler

ORIGINAL_PASSWORD = "myNewP@ssw0rd"


class LettingIn(TcpCase):
    def test_the_original_services_uri_with_scram(self) -> None:
        self.psql(f"CREATE ROLE admin LOGIN SUPERUSER PASSWORD '{ORIGINAL_PASSWORD}'")
        server = self.start_server(
            DB_CONN=f"postgres://admin:{ORIGINAL_PASSWORD}@localhost:{self.postgres.port}"
                    f"/{self.database}?sslmode=disable")
        self.assert_works(server)
        self.assertNotIn("ssw0rd", server.log_text())

    def test_a_wrong_password_is_told_and_tried_again(self) -> None:
        self.psql("CREATE ROLE locked LOGIN SUPERUSER PASSWORD 'is-another'")
        server = self.start_server(DB_CONN=self.conninfo(host="127.0.0.1", user="locked",
                                                         password="se-cret"))
        server.wait_until(lambda: "password authentication failed" in server.log_text())
        self.assertEqual(server.get("/livez").status, 200)
        self.assertNotIn("se-cret", server.log_text())
        self.psql("ALTER ROLE locked PASSWORD 'se-cret'")
        self.assert_works(server)

    def test_a_role_or_database_that_comes_later(self) -> None:
        server = self.start_server(DB_CONN=self.conninfo(host=self.postgres.directory, user="later"))
        server.wait_until(lambda: "does not exist" in server.log_text())
        self.psql("CREATE ROLE later LOGIN SUPERUSER")
        self.assert_works(server)

    def test_without_tls_where_it_is_refused_and_not_asked_for(self) -> None:
        server = self.start_server(DB_CONN=self.conninfo(host="127.0.0.1", sslmode="require"))
        server.wait_until(lambda: "does not support SSL" in server.log_text())
        prefers = self.start_server(DB_CONN=self.conninfo(host="127.0.0.1", sslmode="prefer"))
        self.assert_works(prefers)

    def test_through_a_pooler(self) -> None:
        pooler = Pooler(self, self.postgres, "session")
        server = self.start_server(DB_CONN=pooler.conninfo(self.database))
        self.assert_works(server)
        self.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                  "WHERE datname = current_database() AND pid <> pg_backend_pid()")
        self.psql("UPDATE ads SET active = false WHERE id = 3")
        self.wait_ads(server)
        events = self.post(server, 10, 10)
        self.wait_at_rest(server)
        self.assertEqual(int(self.value("SELECT count(*) FROM events")), 10 + len(events))


if __name__ == "__main__":
    unittest.main()
