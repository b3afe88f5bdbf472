"""Makes the sample data, the same each time: `python data/generate.py`.

The files have the flaws that real ones have; tests/unit/test_sample_data.py names them.
"""

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

HERE = Path(__file__).parent
rng = random.Random(1871)  # noqa: S311 - repeatable, no secret

DEPARTMENTS = {
    "Foundry": ["Furnace", "Moulding", "Pouring", "Core"],
    "Machining": ["Lathe", "Milling", "Hobbing", "Broaching"],
    "Heat Treatment": ["Carburising", "Quenching", "Tempering", "Induction"],
    "Quality Assurance": ["Metrology", "Inspection", "Calibration", "Audit"],
    "Research and Development": ["Alloy", "Coating", "Tribology", "Simulation"],
    "Logistics": ["Warehouse", "Shipping", "Customs", "Fleet"],
    "Sales": ["Regional", "Key Account", "Export", "Channel"],
    "Accounting": ["Payroll", "Tax", "Ledger", "Cost"],
    "Human Resources": ["Recruiting", "Training", "Benefits", "Relations"],
    "Maintenance": ["Hydraulic", "Electrical", "Tooling", "Building"],
    "Support": ["Field", "Phone", "Spare Parts", "Returns"],
    "Legal, Patents & Standards": ["Patent", "Contract", "Standards", "Compliance"],
}
ROLES = ["Trainee", "Technician", "Engineer", "Manager"]
# hires of each department, for one hire in all of 100
SHARES = [9, 16, 6, 9, 12, 8, 15, 4, 5, 7, 6, 3]
FIRST = (
    "Ada",
    "Bo",
    "Carmen",
    "Dmitri",
    "Élodie",
    "Farid",
    "Grace",
    "Hedy",
    "Ivo",
    "Jürgen",
    "Katherine",
    "Linus",
    "Mae",
    "Nia",
)
LAST = (
    "Archer",
    "Baker",
    "Cooper",
    "Fletcher",
    "Mason",
    "Miller",
    "Sawyer",
    "Smith",
    "Turner",
    "Wright",
    "Ødegård",
    "Peña",
)
HIRES = 2000


def jobs() -> list[tuple[int, str, int]]:
    """Id, name and department of each job."""
    names = [
        (f"{field} {role}", number)
        for number, fields in enumerate(DEPARTMENTS.values(), 1)
        for field in fields
        for role in ROLES
    ]
    # some 180, as a company has them
    return [(n, name, number) for n, (name, number) in enumerate(names[:180], 1)]


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in ',"\n') else text


def departments_csv() -> str:
    """A header with tabs after the commas, and blank lines."""
    lines = ["id,\tdepartment"]
    for number, name in enumerate(DEPARTMENTS, 1):
        lines.append(f"{number},{quoted(name)}")
        if number % 5 == 0:
            lines.append("")
    return "\n".join(lines) + "\n"


def jobs_csv() -> str:
    """No header; lines end as in Windows."""
    return "".join(f"{number},{name}\r\n" for number, name, _ in jobs())


def hired_employees_csv() -> str:
    """A byte-order mark, blank fields, odd moments, unknown references and a few broken rows."""
    lines = ["\ufeffid,name,datetime,department_id,job_id"]
    by_department: dict[int, list[int]] = {}
    for job, _, department in jobs():
        by_department.setdefault(department, []).append(job)
    edges = [
        "2020-12-31T23:59:59Z",
        "2021-01-01T00:00:00Z",
        "2021-03-31T23:30:00-02:00",  # in the second quarter of UTC
        "2021-06-30T23:59:59.999Z",
        "2021-07-01T00:00:00+00:00",
        "2022-01-01T01:00:00+02:00",  # in 2021 of UTC
    ]
    names = ['Mae "Mac" Cooper', "Turner, Bo", "Grace\nHedy Baker"]
    for number in range(1, HIRES + 1):
        name = f"{rng.choice(FIRST)} {rng.choice(LAST)}"
        moment = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(
            seconds=rng.randrange(3 * 365 * 86400)
        )
        when = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
        (department,) = rng.choices(range(1, len(DEPARTMENTS) + 1), SHARES)
        job = rng.choice(by_department[department])
        cells = [str(number), name, when, str(department), str(job)]
        if number <= len(edges):
            cells[2] = edges[number - 1]
        elif number <= len(edges) + len(names):
            cells[1] = quoted(names[number - len(edges) - 1])
        elif number % 61 == 0:
            cells[1 + number // 61 % 4] = ""  # name, moment, department or job left blank
        elif number % 397 == 0:
            cells[3 + number // 397 % 2] = "999"  # a department or a job that there is not
        lines.append(",".join(cells))
        if number % 700 == 0:
            lines.append("")
    broken = {
        200: "2001,Linus Smith,2021-05-05T10:00:00Z,3",
        400: "2002,Nia Mason,2021-05-05T10:00:00Z,3,40,x",
        600: "two thousand and three,Ivo Wright,2021-05-05T10:00:00Z,3,40",
        800: "2004,Hedy Sawyer,2021-02-30T10:00:00Z,3,40",
        1000: ",Farid Miller,2021-05-05T10:00:00Z,3,40",
        1200: "2006,Carmen Archer,2021-05-05T10:00:00Z,third,40",
    }
    for place, line in sorted(broken.items(), reverse=True):
        lines.insert(place, line)
    return "\n".join(lines) + "\n"


def users_csv() -> str:
    rows = ["user_id,name,email,signup_date"]
    for number, name in enumerate(FIRST[:11], 1):
        email = "" if number == 4 else f"user{number}@example.com"
        day = "" if number == 7 else f"2019-{number:02}-{2 * number:02}"
        rows.append(f"{number},{name},{email},{day}")
    return "\n".join(rows) + "\n"


def compounds_csv() -> str:
    """Another delimiter, since the structures hold commas."""
    rows = [
        "compound_id;compound_name;compound_structure",
        "1;Lithium grease;C18H35LiO3",
        "2;Molybdenum disulfide;MoS2",
        "3;Graphite;C",
        "4;Zinc dithiophosphate;Zn[S2P(OR)2]2",
        "5;PTFE;(C2F4)n, fine powder",
        "6;Boron nitride;",
    ]
    return "\n".join(rows) + "\n"


def user_experiments_csv() -> str:
    """Eleven experiments; user 2 has a tie, users 8 to 11 have none."""
    rows = [
        "experiment_id,user_id,experiment_compound_ids,experiment_run_time",
        "1,1,1;2,10.5",
        "2,1,1;3;4,12",
        "3,1,2,8.25",
        "4,2,3;2,5",
        "5,2,2;3,5.5",
        "6,3,4,",
        "7,4,5;5;1,30",
        "8,5,6,1e1",
        "9,6,2;6,0.1",
        "10,6,6;1,0.2",
        "11,7,1;2;3;4;5;6,60",
    ]
    return "\n".join(rows) + "\n"


def sprockets() -> dict[str, list[dict[str, float]]]:
    made: list[dict[str, float]] = [
        {"teeth": 5, "pitch_diameter": 5, "outside_diameter": 6, "pitch": 1}
    ]
    for teeth in range(9, 66, 3):
        pitch = rng.choice([0.25, 0.375, 0.5, 0.625, 0.75, 1, 1.25])
        diameter = round(pitch * teeth / 3.1416, 3)
        made.append(
            {
                "teeth": teeth,
                "pitch_diameter": diameter,
                "outside_diameter": round(diameter + 0.6 * pitch, 3),
                "pitch": pitch,
            }
        )
    return {"sprockets": made}


def factories() -> dict[str, list[dict[str, dict[str, dict[str, list[int]]]]]]:
    made = []
    for number in range(8):
        points = 24 + 10 * number
        start = 1611194818 + number * 3600
        goal = [30 + number + point // 12 for point in range(points)]
        actual = [max(0, round(rng.gauss(target * 0.97, 3))) for target in goal]
        chart = {
            "sprocket_production_actual": actual,
            "sprocket_production_goal": goal,
            "time": [start + point * 6 * 3600 for point in range(points)],
        }
        made.append({"factory": {"chart_data": chart}})
    return {"factories": made}


def files() -> dict[str, bytes]:
    """Every file's name and bytes."""
    rng.seed(1871)
    texts = {
        "departments.csv": departments_csv(),
        "jobs.csv": jobs_csv(),
        "hired_employees.csv": hired_employees_csv(),
        "users.csv": users_csv(),
        "compounds.csv": compounds_csv(),
        "user_experiments.csv": user_experiments_csv(),
        "sprockets.json": json.dumps(sprockets(), indent=1) + "\n",
        "factories.json": json.dumps(factories()) + "\n",
    }
    return {name: text.encode() for name, text in texts.items()}


if __name__ == "__main__":
    for name, content in files().items():
        (HERE / name).write_bytes(content)
