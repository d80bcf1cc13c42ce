"""Print what an extra of this project needs: `python requirements.py service`, beside pyproject.toml.

An image installs these before it gets the code, so that a change of code installs nothing again.
"""

import sys
import tomllib
from pathlib import Path

project = tomllib.loads(Path("pyproject.toml").read_text())["project"]
sys.stdout.write("\n".join(project["dependencies"] + project["optional-dependencies"][sys.argv[1]]) + "\n")
