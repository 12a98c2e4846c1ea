"""The figures: their table, their JSON, and what became of an earlier run's."""
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Dict, Iterable, List, Optional


NOISE = 0.05  # what moves less than this has not moved


@dataclass
class Measure:
    """One figure, measured several times. A reference is not the tracker's: it tells how fast the
    machine was."""
    name: str
    unit: str
    values: List[float]
    more_is_better: bool = False
    target: Optional[float] = None
    is_reference: bool = False

    @property
    def median(self) -> float:
        return median(self.values)

    @property
    def is_missed(self) -> bool:
        if self.target is None:
            return False
        return self.median < self.target if self.more_is_better else self.median > self.target

    @property
    def is_telling(self) -> bool:
        return self.target is not None or self.unit == "of bare"

    def is_worse_than(self, earlier: "Measure") -> bool:
        """Beyond the spread: neither median lies within what the other run has seen."""
        if abs(self.median - earlier.median) <= NOISE * abs(earlier.median):
            return False
        sign = 1 if self.more_is_better else -1
        ours = [sign * value for value in self.values]
        theirs = [sign * value for value in earlier.values]
        return median(ours) < min(theirs) and max(ours) < median(theirs)


@dataclass
class Report:
    """One run of the bench."""
    machine: Dict[str, str]
    quick: bool
    measures: List[Measure] = field(default_factory=list)

    def add(self, name: str, unit: str, values: Iterable[float], *, more_is_better: bool = False,
            target: Optional[float] = None, is_reference: bool = False) -> None:
        self.measures.append(
            Measure(name, unit, list(values), more_is_better, target, is_reference))

    def missed(self) -> List[Measure]:
        return [measure for measure in self.measures if measure.is_missed]

    def table(self) -> str:
        """The ratios and what has a target first."""
        lines = [f"{key}: {value}" for key, value in self.machine.items()]
        lines.append(f"{'':44}{'median':>10}{'min':>10}{'max':>10}  {'unit':<12}target")
        lines += [_line(measure) for measure in self.measures if measure.is_telling]
        lines += ["", *(_line(measure) for measure in self.measures if not measure.is_telling)]
        return "\n".join(lines)

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")

    def compared(self, earlier: "Report") -> str:
        """In words, what got worse or better, measure by measure."""
        known = {measure.name: measure for measure in earlier.measures}
        lines = [f"other {key}: {value}" for key, value in earlier.machine.items()
                 if key in ("cpu", "cores", "kernel") and self.machine.get(key) != value]
        if self.quick or earlier.quick:
            lines.append("a quick run has no spread: what follows may be noise")
        for measure in self.measures:
            before = known.pop(measure.name, None)
            if measure.is_reference:
                continue
            if before is None:
                lines.append(f"new: {measure.name}")
                continue
            word = "WORSE" if measure.is_worse_than(before) else \
                "better" if before.is_worse_than(measure) else None
            if word:
                lines.append(f"{word}: {measure.name}: {_number(before.median)} -> "
                             f"{_number(measure.median)} {measure.unit}")
        lines += [f"no longer measured: {name}" for name in known]
        return "\n".join(lines) or "nothing moved beyond the spread"


def read_report(path: Path) -> Report:
    found = json.loads(path.read_text(encoding="utf-8"))
    return Report(found["machine"], found["quick"], [Measure(**m) for m in found["measures"]])


def _number(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.1f}" if abs(value) >= 100 \
        else f"{value:.3f}"


def _line(measure: Measure) -> str:
    numbers = (measure.median, min(measure.values), max(measure.values))
    target = ""
    if measure.target is not None:
        sign = ">=" if measure.more_is_better else "<="
        target = f"{sign} {measure.target:g} {'MISSED' if measure.is_missed else 'met'}"
    return (f"{measure.name:<44}" + "".join(f"{_number(number):>10}" for number in numbers)
            + f"  {measure.unit:<12}{target}").rstrip()
