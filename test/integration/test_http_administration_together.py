"""Changes of ads by several at once, again after a fault, and how soon everybody shows them."""
import concurrent.futures
import threading
import time
import unittest
from typing import List

from administration_support import AdministrationCase
from db_support import SqlSession

from harness.process import wait_until
from harness.server import Response, Server


class Editors(AdministrationCase):
    def pair(self, **env: str) -> List[Server]:
        return [self.ready(**env), self.ready(**env)]

    def at_once(self, asks: list) -> List[Response]:
        """The answers of calls that begin together."""
        barrier = threading.Barrier(len(asks))

        def run(ask):
            barrier.wait()
            return ask()
        with concurrent.futures.ThreadPoolExecutor(len(asks)) as pool:
            return list(pool.map(run, asks))

    def test_of_two_editors_one_wins(self) -> None:
        servers = self.pair()
        self.create(servers[0])
        for n in range(20):
            tag = self.ask(servers[0], "GET", "/ads/1").headers["ETag"]
            answers = self.at_once([
                lambda s=s, i=i, tag=tag: self.ask(s, "PATCH", "/ads/1", {"title": f"{n} {i}"}, match=tag)
                for i, s in enumerate(servers * 2)])
            self.assertEqual(sorted(answer.status for answer in answers), [200, 412, 412, 412])
            winner = next(answer for answer in answers if answer.status == 200)
            self.assertEqual(self.read(servers[1], 1), winner.json())

    def test_one_key_makes_one_ad(self) -> None:
        servers = self.pair()
        for n in range(10):
            answers = self.at_once([
                lambda s=s: self.ask(s, "POST", "/ads", {"title": str(n)}, key=f"key {n}") for s in servers * 3])
            self.assertEqual({(a.status, a.headers["Location"], a.headers["ETag"], a.body) for a in answers},
                             {(201, answers[0].headers["Location"], answers[0].headers["ETag"], answers[0].body)})
            self.assertEqual(self.value(f"SELECT count(*) FROM ads WHERE title = '{n}'"), "1")

    def test_a_key_is_one_requests(self) -> None:
        server = self.ready()
        first = self.ask(server, "POST", "/ads", {"title": "a"}, key="k")
        for method, path, body, match in (
                ("POST", "/ads", {"title": "b"}, "*"), ("PATCH", "/ads/1", {"title": "a"}, "*"),
                ("DELETE", "/ads/1", None, "*")):
            self.assert_refused(self.ask(server, method, path, body, match=match, key="k"), 422, "Idempotency-Key")
        self.assertEqual(self.ask(server, "POST", "/ads", {"title": "a"}, key="k").body, first.body)
        tag = first.headers["ETag"]
        changed = self.ask(server, "PATCH", "/ads/1", {"title": "c"}, match=tag, key="p")
        again = self.ask(server, "PATCH", "/ads/1", {"title": "c"}, match=tag, key="p")
        self.assertEqual((again.status, again.body, again.headers["ETag"]), (200, changed.body, changed.headers["ETag"]))
        self.assert_refused(self.ask(server, "PATCH", "/ads/1", {"title": "c"}, key="p"), 422, "Idempotency-Key")
        for key in ("", "x" * 256, "\u00e9"):
            self.assertEqual(self.ask(server, "POST", "/ads", {}, key=key).status, 400, key)
        self.assertEqual(self.ask(server, "POST", "/ads", {}, key="x" * 255).status, 201)
        self.assertEqual(self.value("SELECT count(*) FROM ads"), "2")

    def test_a_key_is_honoured_for_a_day(self) -> None:
        server = self.ready()
        self.psql("INSERT INTO ad_requests (key, digest, created_at) "
                  "SELECT 'o' || n, '', now() FROM generate_series(1, 250) AS n")
        self.ask(server, "POST", "/ads", {}, key="old")
        self.ask(server, "POST", "/ads", {}, key="young")
        self.psql("UPDATE ad_requests SET created_at = now() - interval '2 days' WHERE key ~ '^o[0-9]'; "
                  "UPDATE ad_requests SET created_at = now() - interval '24 hours 1 second' WHERE key = 'old'; "
                  "UPDATE ad_requests SET created_at = now() - interval '23 hours 59 minutes' WHERE key = 'young'")
        self.assertEqual(self.ask(server, "POST", "/ads", {}, key="young").json()["id"], 2)
        self.assertEqual(self.value("SELECT count(*) FROM ad_requests"), "152")  # 100 old ones are gone
        self.assertEqual(self.ask(server, "POST", "/ads", {}, key="old").json()["id"], 3)
        self.assertEqual(self.value("SELECT count(*) FROM ad_requests"), "52")

    def test_every_instance_shows_it_within_a_second(self) -> None:
        """By the quickest of them: a busy machine makes some late, who waits for a second makes all."""
        servers, waited = self.pair(), []
        self.psql("INSERT INTO ads (target_url) SELECT 'https://t.example/' || n FROM generate_series(1, 2000) AS n")
        for server in servers:
            self.wait_ads(server)
        for fields, shown in (({"image_url": "https://i.example/1.png", "title": "new"}, True), ({"title": "b"}, True),
                              ({"active": False}, False), ({"active": True}, True), (None, False),
                              ({"archived_at": None}, True)):
            if fields is None:
                self.ask(servers[0], "DELETE", "/ads/2001")
            elif "image_url" in fields:
                self.create(servers[0], **fields)
            else:
                self.assertEqual(self.ask(servers[0], "PATCH", "/ads/2001", fields).status, 200)
            answered = time.monotonic()
            for server in servers:
                wait_until(lambda s=server: self.is_shown(s, fields or {}) == shown, 20, "the change is shown")
            waited.append(time.monotonic() - answered)
        self.assertLess(min(waited), 1.0, waited)

    def is_shown(self, server: Server, fields: dict) -> bool:
        found = [ad for ad in server.get("/ads").json() if ad["id"] == 2001]
        is_served = server.get("/ads/2001/vast").body.find(b"<Ad ") >= 0
        is_listed = any(ad.get("title") == fields.get("title", ad.get("title")) for ad in found)
        return is_listed and is_served


class Faults(AdministrationCase):
    def hold_changes(self) -> None:
        """Each waits in the database until let_change(), and for no lock: that takes a second at most."""
        self.psql("CREATE TABLE gate (); CREATE FUNCTION pass_gate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                  "WHILE NOT EXISTS (SELECT FROM public.gate) LOOP PERFORM pg_sleep(0.01); END LOOP; RETURN NEW; "
                  "END $$; CREATE TRIGGER pass_gate BEFORE UPDATE ON ads FOR EACH ROW EXECUTE FUNCTION pass_gate()")

    def let_change(self) -> None:
        self.psql("INSERT INTO gate DEFAULT VALUES")

    def wait_held(self, what: str = "pid") -> None:
        """Until a change is held, of whose session `what` is asked then."""
        wait_until(lambda: self.value(f"SELECT count({what}) FROM pg_stat_activity WHERE query LIKE '%change_ad%' "
                                      "AND wait_event = 'PgSleep'") == "1", 5)

    def test_the_database_away_and_back(self) -> None:
        self.postgres = self.private_postgres()
        self.db_conn = self.postgres.create_database(self.database)
        server = self.ready()
        ad = self.create(server, title="a")
        server.wait_until(lambda: self.listed(server) == 1)
        self.postgres.stop("immediate")
        for method, path, body in (("POST", "/ads", {}), ("PATCH", "/ads/1", {}), ("PUT", "/ads/1", {}),
                                   ("DELETE", "/ads/1", None), ("GET", "/ads/1", None), ("GET", "/ads?fields=all", None)):
            answer = self.ask(server, method, path, body)
            self.assert_refused(answer, 503, "the database is unreachable")
            self.assertEqual(answer.headers["Retry-After"], "1")
        self.assertEqual(self.ask(server, "GET", "/ads/1", token=None).json()["title"], "a")
        self.postgres.start()
        server.wait_until(lambda: self.ask(server, "GET", "/ads/1").status == 200)
        self.assertEqual(self.ask(server, "GET", "/ads/1").json(), ad)

    def test_a_lost_answer_is_told_and_made_good(self) -> None:
        server = self.ready()
        self.create(server)
        self.hold_changes()
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(self.ask, server, "PATCH", "/ads/1", {"title": "x"}, key="k")
            self.wait_held("pg_terminate_backend(pid)")
            answer = waiting.result()
        self.assertEqual(answer.status, 503, answer.body)
        self.let_change()
        server.wait_until(lambda: self.ask(server, "PATCH", "/ads/1", {"title": "x"}, key="k").status == 200)

    def test_a_lock_of_somebody_else_does_not_hold_up_the_others(self) -> None:
        server = self.ready()
        for title in ("a", "b"):
            self.create(server, title=title)
        holder = SqlSession(self, self.postgres, self.database)
        holder.run("BEGIN; UPDATE ads SET weight = 5 WHERE id = 1")
        self.assert_refused(self.ask(server, "PATCH", "/ads/1", {"title": "x"}, key="k"), 503, "locked")
        self.assertEqual(self.ask(server, "PATCH", "/ads/2", {"title": "x"}).status, 200)
        self.assertEqual(self.ask(server, "GET", "/ads/1").json()["title"], "a")
        holder.run("COMMIT")
        ad = self.ask(server, "PATCH", "/ads/1", {"title": "x"}, key="k").json()
        self.assertEqual((ad["title"], ad["weight"]), ("x", 5))

    def test_killed_in_the_middle_and_sent_again(self) -> None:
        server = self.ready()
        for n in range(15):
            title = f"round {n}"
            with concurrent.futures.ThreadPoolExecutor(1) as pool:
                sent = pool.submit(self.ask, server, "POST", "/ads", {"title": title}, key=title)
                time.sleep(self.random.random() * 0.012)
                server.kill()
                try:
                    first = sent.result().json()["id"]
                except OSError:
                    first = None
                except Exception as error:  # http.client's own, of an answer that was cut off
                    self.assertNotIsInstance(error, (KeyError, AssertionError))
                    first = None
            server.start()
            server.wait_until(lambda: self.ask(server, "GET", "/ads?fields=all").status == 200)
            answer = self.ask(server, "POST", "/ads", {"title": title}, key=title)
            self.assertEqual(answer.status, 201, answer.body)
            self.assertIn(first, (None, answer.json()["id"]))
            self.assertEqual(self.value(f"SELECT count(*) FROM ads WHERE title = '{title}'"), "1")

    def test_stopping_answers_first(self) -> None:
        server = self.ready()
        self.create(server)
        self.hold_changes()
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            waiting = pool.submit(self.ask, server, "PATCH", "/ads/1", {"title": "x"})
            self.wait_held()
            stopping = pool.submit(server.stop)
            wait_until(lambda: "stopping" in server.log_text(), 20)
            self.let_change()
            self.assertEqual(waiting.result().status, 200)
            self.assertEqual(stopping.result(), 0)

    def test_more_than_can_wait(self) -> None:
        server = self.ready()
        self.create(server)
        holder = SqlSession(self, self.postgres, self.database)
        holder.run("BEGIN; SELECT FROM ads WHERE id = 1 FOR UPDATE")
        with concurrent.futures.ThreadPoolExecutor(130) as pool:
            answers = list(pool.map(lambda n: self.ask(server, "PATCH", "/ads/1", {"weight": n}), range(130)))
        holder.run("COMMIT")
        words = [answer.json()["error"] for answer in answers]
        self.assertEqual({answer.status for answer in answers}, {503})
        self.assertGreaterEqual(sum("too many" in text for text in words), 29)
        self.assertEqual(self.ask(server, "PATCH", "/ads/1", {"weight": 9}).json()["weight"], 9)


class Lists(AdministrationCase):
    def test_ten_thousand_ads_page_by_page(self) -> None:
        server = self.ready()
        self.psql("INSERT INTO ads (title, target_url, active) SELECT 'ad <' || n || '>', 'https://t.example/' || n, "
                  "n % 3 <> 0 FROM generate_series(1, 10000) AS n")
        found: List[int] = []
        path = "/ads?fields=all&limit=1000"
        pages = 0
        while path:
            page = self.ask(server, "GET", path).json()
            self.assertEqual(page["total"], 10000)
            found += [ad["id"] for ad in page["ads"]]
            path = page["next"] and f"/ads?fields=all&limit=1000&after={page['next']}"
            pages += 1
        self.assertEqual((found, pages), (list(range(10000, 0, -1)), 10))
        paused = self.ask(server, "GET", "/ads?fields=all&state=paused&limit=7").json()
        self.assertEqual((paused["total"], [ad["id"] for ad in paused["ads"]]),
                         (3333, [9999, 9996, 9993, 9990, 9987, 9984, 9981]))
        self.assertEqual(paused["next"], 9981)
        some = self.ask(server, "GET", "/ads?fields=all&q=AD%20%3C99&limit=2").json()
        self.assertEqual((some["total"], some["ads"][0]["title"]), (111, "ad <9999>"))
        some = self.ask(server, "GET", "/ads?fields=all&id=5&id=7&id=20000").json()
        self.assertEqual(([ad["id"] for ad in some["ads"]], some["next"], some["total"]), ([7, 5], None, 2))
        self.assertEqual(self.ask(server, "GET", "/ads?fields=all").json()["next"], 9901)
        self.assertEqual(self.ask(server, "GET", "/ads?fields=all&q=%25").json()["total"], 0)
        answer = self.ask(server, "POST", "/ads", {"title": "one more"})
        server.wait_until(lambda: any(ad["id"] == answer.json()["id"] for ad in server.get("/ads").json()))

    def test_a_page_ends_early_where_its_ads_are_large(self) -> None:
        server = self.ready()
        offsets = [{"url": "https://m.example/" + "x" * 1000}] * 50
        for _ in range(3):
            self.create(server, media_files=offsets)
        self.psql("INSERT INTO ads (media_files) SELECT media_files FROM ads, generate_series(1, 60) LIMIT 150")
        path, found = "/ads?fields=all&limit=1000", []
        while path:
            answer = self.ask(server, "GET", path)
            self.assertLess(len(answer.body), 4.3 * 1024 * 1024)
            found.append(len(answer.json()["ads"]))
            following = answer.json()["next"]
            path = following and f"/ads?fields=all&limit=1000&after={following}"
        self.assertGreater(len(found), 1)
        self.assertEqual(sum(found), 153)

    def test_an_empty_list(self) -> None:
        server = self.ready()
        self.assertEqual(self.ask(server, "GET", "/ads?fields=all").json(), {"ads": [], "next": None, "total": 0})

    def test_what_is_asked_wrongly(self) -> None:
        server = self.ready()
        for query, words in (("fields=some", "fields must be all"), ("fields=all&state=on", "state must be"),
                             ("fields=all&limit=1001", "limit must be a number from 1 to 1000"),
                             ("fields=all&limit=0", "limit must be"), ("fields=all&id=x", "id must be a number"),
                             ("fields=all&after=1&after=2", "after is given twice"), ("fields=all&page=2", "unknown"),
                             ("fields=all&q=%ff", "UTF-8"), ("fields=all&q=%00", "no value"), ("fields", "no value")):
            self.assert_refused(self.ask(server, "GET", f"/ads?{query}"), 400, words)


if __name__ == "__main__":
    unittest.main()
