"""How models/load-balancing.lua is made wrong on purpose: name, what it says, what it shall say."""
import pathlib

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
MODEL = ROOT / "models/load-balancing.lua"
MUTATIONS = {
    "no cold start": ("cold_start = 10", "cold_start = 0"),
    "in flight until the answer": ('in_flight_until = "served"', 'in_flight_until = "answer"'),
    "zero is known": ("zero_is_unknown = true", "zero_is_unknown = false"),
}


def mutated(name):
    """The model's text with the mutation."""
    before, after = MUTATIONS[name]
    text = MODEL.read_text()
    if before not in text:
        raise SystemExit(f"{MODEL} does not say {before}")
    return text.replace(before, after)
