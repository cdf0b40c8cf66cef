"""Metrics: every name the daemon exports, in a registry of its own. Labels come from closed sets only."""

from collections.abc import Callable, Iterable, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from monitord.domain.edge import Firmness
from monitord.domain.health import Health
from monitord.domain.looking import Reach
from monitord.domain.notice import Delivery, DeliveryCause, Reading

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
OTHER = "other"
"""The label of what is in no closed set: a mistake of ours must show, but not grow the number of series."""

LATENESS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
DURATION = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
DATAGRAMS = ("asked", "answered", "silent", "garbled", "late", "foreign", "oversize", "decode_errors")
TRANSPORTS = ("snmp", "page")
SEVERITIES = (1, 2, 3, 4)


class Metrics:
    """All metric objects. `channels`, `commands` and `findings` close the sets that bootstrap alone knows.

    Numbers that others keep are fetched when the page is rendered: see `before_render`. Not thread-safe beyond what
    prometheus-client promises for single objects.
    """

    def __init__(
        self,
        version: str,
        channels: Iterable[str] = (),
        commands: Iterable[str] = (),
        findings: Iterable[str] = (),
    ) -> None:
        # Every `_total` would bring a `_created` along, in a form that Prometheus' text format does not know.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = registry = CollectorRegistry()
        self._channels = frozenset(channels)
        self._commands = frozenset(commands)
        self._findings = frozenset(findings)
        self._fetchers: list[Callable[[], None]] = []
        self._totals: dict[int, float] = {}

        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"monitord_{name}", text, labels, registry=registry)

        def gauge(name: str, text: str, *labels: str) -> Gauge:
            return Gauge(f"monitord_{name}", text, labels, registry=registry)

        def histogram(name: str, text: str, buckets: tuple[float, ...]) -> Histogram:
            return Histogram(f"monitord_{name}", text, buckets=buckets, registry=registry)

        self.build = gauge("build_info", "Always 1; the label says which version runs.", "version")
        self.build.labels(version).set(1)
        self.start = gauge("start_timestamp_seconds", "Unix time at which the daemon started.")

        self.looks = counter("looks_total", "Looks that ended, by how far they got.", "transport", "reach")
        self.lateness = histogram("look_lateness_seconds", "How long after it was due a look began.", LATENESS)
        self.look_duration = histogram("look_duration_seconds", "How long a look lasted.", DURATION)
        self.devices = gauge("devices", "Devices in the plan of the looker.")
        self.looks_in_flight = gauge("looks_in_flight", "Devices being looked at now.")
        self.looks_waiting = gauge("looks_waiting", "Devices that are due and wait for a free place.")
        self.sweep_overruns = counter("sweep_overruns_total", "Looks that began more than two intervals late.")
        self.look_failures = counter("look_failures_total", "Looks that ended by a mistake of the daemon itself.")
        self.check_failures = counter("check_failures_total", "Verdicts not given because a check file raised.")
        self.rounds = counter("rounds_total", "Times every device was looked at since the last time.")
        self.first_round = gauge("first_round_seconds", "Time from the start until every device was looked at once.")
        self.snmp_datagrams = counter("snmp_datagrams_total", "What the SNMP engine asked and met.", "event")
        self.http_stuck = gauge("http_stuck_workers", "Threads that outlived the deadline of their page.")

        self.targets = gauge("targets", "Targets as they are seen.", "health")
        self.edges = counter("edges_total", "Edges taken in by the desk.", "health", "firmness")
        self.last_edge = gauge("last_edge_timestamp_seconds", "Unix time of the last edge taken in by the desk.")

        self.commands = counter("desk_commands_total", "Commands the desk has carried out.", "command")
        self.commit_duration = histogram("desk_commit_seconds", "How long a commit of the desk lasted.", DURATION)
        self.last_commit = gauge("last_commit_timestamp_seconds", "Unix time of the desk's last commit.")
        self.incidents = gauge("incidents_open", "Incidents that are not restored.", "severity")
        self.presses_refused = counter("press_refused_total", "Buttons pressed that had no effect by right.")

        self.notices = counter(
            "notices_total", "Attempts to deliver, by what they came to.", "channel", "outcome", "cause"
        )
        self.outbox = gauge("outbox_pending", "Notices that wait to be delivered.", "channel")
        self.oldest_pending = gauge("oldest_pending_age_seconds", "Age of the oldest notice that waits.", "channel")

        self.channel_works = gauge("channel_works", "1 while a channel works, 0 while it does not.", "channel")
        self.channel_told = gauge(
            "channel_last_success_timestamp_seconds", "Unix time a message was accepted last.", "channel"
        )

        self.canary_back = gauge(
            "channel_canary_last_success_timestamp_seconds", "Unix time a canary came back last.", "channel"
        )
        self.canary_took = gauge(
            "channel_canary_round_trip_seconds", "How long the last canary that came back was on its way.", "channel"
        )
        self.canary_missed = gauge("channel_canary_missed", "Canaries in a row that did not come back.", "channel")
        self.signal = gauge("channel_signal_percent", "Signal of a modem, -1 for none.", "channel")
        self.balance = gauge(
            "channel_balance", "What is left on a SIM's account, as the operator said last.", "channel"
        )

        self.duty_gap = gauge("duty_gap", "Persons missing on a duty now, by the roster.", "unit", "duty")
        self.duty_gap_ahead = gauge(
            "duty_gap_ahead_seconds",
            "How long until somebody is missing on a duty, 0 while it is so; absent while nobody is.",
            "unit",
            "duty",
        )

        self.audit_ok = gauge("audit_ok_timestamp_seconds", "Unix time of the last audit that found nothing wrong.")
        self.audit_findings = gauge("audit_findings", "What the last audit found, by kind.", "kind")

        self.deadline_due = gauge(
            "deadline_due_seconds",
            "Time to the next due of a deadline that is not met, negative when late.",
            "deadline",
        )

        self.wal = gauge("wal_bytes", "Size of the database's write-ahead log.")
        self.disk_free = gauge("disk_free_bytes", "Space left where the database lies.")
        self.clock_steps = counter("clock_step_total", "Times the wall clock moved by itself.")
        self.config_ok = gauge("config_last_reload_ok", "1 when the settings were sound the last time they were read.")
        self.config_read = gauge("config_last_reload_timestamp_seconds", "Unix time of the last sound settings.")
        self.fetch_failures = counter(
            "metrics_fetch_failures_total", "Numbers that could not be fetched for this page."
        )
        self._open_closed_sets()

    def _open_closed_sets(self) -> None:
        """Show the small closed sets from the start, so that a rate over the first event of its kind is right."""
        for transport in TRANSPORTS:
            for reach in Reach:
                self.looks.labels(transport, reach)
        for health in Health:
            self.targets.labels(health)
            for firmness in Firmness:
                self.edges.labels(health, firmness)
        for event in DATAGRAMS:
            self.snmp_datagrams.labels(event)
        for severity in SEVERITIES:
            self.incidents.labels(str(severity))
        for channel in self._channels:
            self.outbox.labels(channel)
            self.oldest_pending.labels(channel)
            self.notices.labels(channel, Delivery.ACCEPTED, DeliveryCause.FINE)
        for command in self._commands:
            self.commands.labels(command)
        for finding in self._findings:
            self.audit_findings.labels(finding)

    # ---- events ---------------------------------------------------------------------------------------------------

    def looked(self, transport: str, reach: Reach, late: float, took: float) -> None:
        """Note a look that began `late` seconds after it was due and lasted `took` seconds."""
        self.looks.labels(transport if transport in TRANSPORTS else OTHER, reach).inc()
        self.lateness.observe(late)
        self.look_duration.observe(took)

    def edge(self, health: Health, firmness: Firmness, at: float) -> None:
        """Note an edge taken in by the desk; `at` is Unix time in seconds."""
        self.edges.labels(health, firmness).inc()
        self.last_edge.set(at)

    def committed(self, commands: Iterable[str], seconds: float, at: float) -> None:
        """Note a commit of the desk with the commands it carried; `at` is Unix time in seconds."""
        for command in commands:
            self.commands.labels(command if command in self._commands else OTHER).inc()
        self.commit_duration.observe(seconds)
        self.last_commit.set(at)

    def delivered(self, channel: str, outcome: Delivery, cause: DeliveryCause) -> None:
        """Note how an attempt to deliver ended."""
        self.notices.labels(self._channel(channel), outcome, cause).inc()

    # ---- numbers that others keep ---------------------------------------------------------------------------------

    def show_outbox(self, pending: Mapping[str, tuple[int, float]]) -> None:
        """Show for each channel how many notices wait, and the age of the oldest in seconds; none where left out."""
        for channel in self._channels:
            count, age = pending.get(channel, (0, 0.0))
            self.outbox.labels(channel).set(count)
            self.oldest_pending.labels(channel).set(age)

    def show_channels(self, states: Mapping[str, tuple[bool, float]]) -> None:
        """Show for each channel that was used whether it works, and the Unix time of its last success, 0 for none."""
        for channel, (works, told) in states.items():
            self.channel_works.labels(self._channel(channel)).set(1 if works else 0)
            self.channel_told.labels(self._channel(channel)).set(told)

    def show_canary(self, channel: str, back: float, took: float, missed: int) -> None:
        """Show the Unix time at which a channel's canary came back last, 0 for never, and how long it was on its way in
        seconds; and how many in a row did not."""
        name = self._channel(channel)
        self.canary_back.labels(name).set(back)
        self.canary_took.labels(name).set(took)
        self.canary_missed.labels(name).set(missed)

    def show_reading(self, channel: str, kind: Reading, value: float) -> None:
        """Show what is read of a channel beside whether it works."""
        (self.signal if kind is Reading.SIGNAL else self.balance).labels(self._channel(channel)).set(value)

    def show_deadlines(self, seconds: Mapping[str, float]) -> None:
        """Show for each deadline that is not met the seconds until it is due; those that are met are shown no more."""
        self.deadline_due.clear()
        for name, left in seconds.items():
            self.deadline_due.labels(name).set(left)

    def show_gaps(self, duties: Iterable[tuple[str, str]], gaps: Mapping[tuple[str, str], tuple[int, float]]) -> None:
        """Show for each duty of each unit how many are missing now, and the seconds until the nearest gap begins; other
        duties than `duties`, which the settings name, are left out."""
        self.duty_gap.clear()
        self.duty_gap_ahead.clear()
        for unit, duty in duties:
            now, ahead = gaps.get((unit, duty), (0, None))
            self.duty_gap.labels(unit, duty).set(now)
            if ahead is not None:
                self.duty_gap_ahead.labels(unit, duty).set(ahead)

    def show_incidents(self, open_by_severity: Mapping[int, int]) -> None:
        """Show how many incidents run in each severity; severities left out have none."""
        for severity in SEVERITIES:
            self.incidents.labels(str(severity)).set(open_by_severity.get(severity, 0))

    def show_targets(self, healths: Mapping[Health, int]) -> None:
        """Show how many targets are seen in each health; healths left out have none."""
        for health in Health:
            self.targets.labels(health).set(healths.get(health, 0))

    def show_audit(self, findings: Mapping[str, int], ok_at: float | None) -> None:
        """Show how much an audit found of each kind; kinds left out have nothing.

        `ok_at` is Unix time in seconds, None for an audit that did not pass.
        """
        for kind in self._findings:
            self.audit_findings.labels(kind).set(findings.get(kind, 0))
        if ok_at is not None:
            self.audit_ok.set(ok_at)

    def show_datagrams(self, totals: Mapping[str, int]) -> None:
        """Show what an SNMP engine has counted since it was made; other names than `DATAGRAMS` are left out."""
        for event in DATAGRAMS:
            self.up_to(self.snmp_datagrams.labels(event), totals.get(event, 0))

    def up_to(self, counter: Counter, total: float) -> None:
        """Raise a counter without labels, or one labelled child, to a total kept elsewhere.

        A total lower than the last one begins anew, as after a restart of what is counted.
        """
        before = self._totals.get(id(counter), 0.0)
        counter.inc(total - before if total >= before else total)
        self._totals[id(counter)] = total

    def before_render(self, fetch: Callable[[], None]) -> None:
        """Have `fetch` called before each page; one that raises is counted and leaves its numbers as they were."""
        self._fetchers.append(fetch)

    def render(self) -> bytes:
        """Return the page in Prometheus' text format, version 0.0.4 (`CONTENT_TYPE`)."""
        for fetch in self._fetchers:
            try:
                fetch()
            except Exception:
                self.fetch_failures.inc()
        return generate_latest(self.registry)

    def _channel(self, channel: str) -> str:
        return channel if channel in self._channels else OTHER
