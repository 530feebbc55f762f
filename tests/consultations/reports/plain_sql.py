"""The same numbers by plain SQL, written independently of the page; for both databases."""

from datetime import UTC, datetime

from django.db import connection

#: When the clocks of New York were put back and forward, in UTC.
BACK, FORWARD, BACK_BEFORE, FORWARD_BEFORE = (
    "2026-11-01 06:00:00", "2027-03-14 07:00:00", "2025-11-02 06:00:00", "2026-03-08 07:00:00",
)  # fmt: skip
SUMMER = f"""(r.submitted_at >= '{FORWARD}' OR (r.submitted_at >= '{FORWARD_BEFORE}' AND r.submitted_at < '{BACK}')
    OR r.submitted_at < '{BACK_BEFORE}')"""
SQLITE = {
    "local": f"datetime(substr(r.submitted_at, 1, 19), CASE WHEN {SUMMER} THEN '-4 hours' ELSE '-5 hours' END)",
    "day": "date(local)",
    "hour": "CAST(strftime('%H', local) AS INTEGER)",
    "weekday": "(CAST(strftime('%w', local) AS INTEGER) + 6) % 7",
    "minutes": "(unixepoch(substr({end}, 1, 19)) - unixepoch(substr({start}, 1, 19))) / 60",
}
POSTGRESQL = {
    "local": "(r.submitted_at AT TIME ZONE 'America/New_York')",
    "day": "to_char(local, 'YYYY-MM-DD')",
    "hour": "extract(hour from local)::int",
    "weekday": "extract(isodow from local)::int - 1",
    "minutes": "floor(extract(epoch from date_trunc('second', {end}) - date_trunc('second', {start})) / 60)::int",
}
COHORT = """
WITH moves AS (
    SELECT request_id, id, at, facts ->> 'from' AS origin, facts ->> 'to' AS target
    FROM consultations_requestevent WHERE kind = 'moved'
), received AS (
    SELECT r.*, {local} AS local,
        (SELECT m.origin FROM moves m WHERE m.request_id = r.id ORDER BY m.at DESC, m.id DESC LIMIT 1) AS last_origin,
        EXISTS (SELECT 1 FROM moves m WHERE m.request_id = r.id AND m.target = 'scheduled') AS was_scheduled,
        EXISTS (SELECT 1 FROM moves m WHERE m.request_id = r.id AND m.target IN ('consulted', 'retained')) AS was_seen
    FROM consultations_consultationrequest r
    WHERE r.submitted_at >= '{start}' AND r.submitted_at < '{end}'
        AND r.id NOT IN (SELECT request_id FROM consultations_screen WHERE user_id = {user})
), cohort AS (
    SELECT * FROM received WHERE status NOT IN ('merged', 'quarantine')
        AND NOT (status = 'declined' AND coalesce(last_origin, '') = 'quarantine')
) """


class Asked:
    """What one account may see between two moments."""

    def __init__(self, user, start: datetime, end: datetime):
        self.words = SQLITE if connection.vendor == "sqlite" else POSTGRESQL
        moments = {name: f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}" for name, at in (("start", start), ("end", end))}
        if connection.vendor != "sqlite":
            moments = {name: f"{at}+00" for name, at in moments.items()}
        self.cohort = COHORT.format(local=self.words["local"], user=user.pk, **moments)

    def rows(self, select: str) -> list[tuple]:
        with connection.cursor() as cursor:
            cursor.execute(self.cohort + select)
            return cursor.fetchall()

    def number(self, condition: str = "1 = 1", of: str = "cohort") -> int:
        return self.rows(f"SELECT count(*) FROM {of} WHERE {condition}")[0][0]

    def by(self, column: str) -> dict:
        return dict(self.rows(f"SELECT {self.words.get(column, column)}, count(*) FROM cohort GROUP BY 1"))

    def answer_minutes(self, condition: str = "1 = 1") -> list[int]:
        """Minutes until each answer, in order."""
        minutes = self.words["minutes"].format(end="first_contact_at", start="submitted_at")
        early = "CASE WHEN first_contact_at < submitted_at THEN 0 ELSE " + minutes + " END"
        select = f"SELECT {early} FROM cohort WHERE first_contact_at IS NOT NULL AND {condition} ORDER BY 1"
        return [row[0] for row in self.rows(select)]
