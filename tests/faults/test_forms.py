"""Generated forms: a good one carries its file as it is, a damaged one is never more than a 4xx."""

import random
import time

from tests.front_door import Response, call

URL = "/tables/departments?dry_run=true"
FILES = [
    "1,a\n",
    "id,department\r\n1,Gießerei\r\n2,b\r\n",
    '1,"a\r\n--b"\n',
    "\r\n--\r\n1,--\r\n",
    "x",
]
# What forms are made of, and what is not allowed in them
BITS = [
    b"--",
    b"\r\n",
    b"\n",
    b"\r",
    b";",
    b'"',
    b"(",
    b"=",
    b":",
    b" ",
    b"\\",
    b"\0",
    b"%22",
    b"name",
]
BITS += [
    b"Content-Disposition: form-data",
    b"Content-Type: multipart/mixed; boundary=b",
    b"file",
    b"",
]


def boundary_of(chance: random.Random, content: str) -> str:
    while True:
        made = "".join(chance.choices("abAB09'()+_,-./:=? ", k=chance.randint(1, 30))) + "x"
        if f"--{made}" not in content:
            return made


def make_form(chance: random.Random, content: str) -> tuple[str, bytes]:
    """A good form, and its content type."""
    boundary = boundary_of(chance, content)
    disposition = chance.choice(["Content-Disposition", "content-disposition"])
    name = chance.choice(['name="file"', "name=file", 'filename="a;b.csv"; name="file"'])
    more = chance.choice(["", "Content-Type: text/csv\r\n", "X-Y: z\r\nContent-Type: a/b\r\n"])
    file = f"{disposition}: form-data; {name}\r\n{more}\r\n{content}"
    fields = [
        f'Content-Disposition: form-data; name="field{n}"\r\n\r\n{n}'
        for n in range(chance.randint(0, 5))
    ]
    fields.insert(chance.randint(0, len(fields)), file)
    text = chance.choice(["", "preamble\r\n"])
    text += "".join(f"--{boundary}\r\n{field}\r\n" for field in fields)
    text += f"--{boundary}--" + chance.choice(["", "\r\n", "\r\nepilogue"])
    return f'multipart/form-data; boundary="{boundary}"', text.encode()


def damaged(chance: random.Random, raw: bytes) -> bytes:
    """The bytes with some of them gone, doubled, or others between them."""
    for _ in range(chance.randint(1, 6)):
        at, to = sorted(chance.randint(0, len(raw)) for _ in range(2))
        match chance.randint(0, 3):
            case 0:
                raw = raw[:at] + raw[to:]
            case 1:
                raw = raw[:at] + raw[at:to] * chance.choice([2, 50]) + raw[to:]
            case 2:
                raw = raw[:at] + chance.choice(BITS) * chance.choice([1, 1, 1, 700]) + raw[at:]
            case _:
                raw = raw[:at] + chance.randbytes(chance.randint(1, 4)) + raw[at:]
    return raw[:4_000_000]


def post(kind: str, body: str | bytes) -> Response:
    return call("POST", URL, body, {"Content-Type": kind})


def without_id(response: Response) -> object:
    return {name: value for name, value in response.json.items() if name != "instance"}


def test_a_file_in_a_form_is_read_as_it_would_be_alone(
    aws: str, chance: random.Random, examples: int
) -> None:
    for _ in range(examples):
        content = chance.choice(FILES)
        kind, raw = make_form(chance, content)
        alone, within = post("text/csv", content), post(kind, raw)
        assert (within.status, without_id(within)) == (alone.status, without_id(alone)), raw


def test_a_damaged_form_is_at_most_refused(aws: str, chance: random.Random, examples: int) -> None:
    began = time.process_time()
    for _ in range(examples):
        kind, raw = make_form(chance, chance.choice(FILES))
        kind = damaged(chance, kind.encode()).decode("latin-1") if chance.random() < 0.1 else kind
        raw = damaged(chance, raw)
        response = post(kind, raw)
        assert response.status in {200, 400, 413, 415, 422}, (kind, raw, response.text)
        assert "Traceback" not in response.text
    assert time.process_time() - began < 5 + examples  # seconds; one form could take 28
