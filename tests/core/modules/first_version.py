"""In a process of its own, because two versions of one module cannot be mapped side by side.

`python first_version.py DATA_FOLDER CODE FOLDER_OF_THE_FIRST_VERSION`: plants an orchard in its first version,
uninstalls it and prints the folder of its export.
"""

import sys
from pathlib import Path

from core.app import create_app
from core.data.scope import Scope
from core.governorates.present import governorate_context
from core.modules.leaving.uninstall import uninstall
from core.modules.lifecycle import install
from core.people.units import Unit
from core.testing import test_settings

data, code, versions = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
app = create_app(test_settings(data, plugin_path=(versions,)))
with app.app_context():
    install(code, "orchard")
    with governorate_context(app, code, Scope.of_system(), write=True) as session:
        from plugins.orchard.models import Basket, Palm

        unit = Unit(code="QUS", kind="markaz", name_ar="قوص")
        session.add(unit)
        session.flush()
        for n in range(1, 81):
            palm = Palm(species="زغلول", harvest=n % 80, unit_id=unit.id, remarks={"n": n})
            palm.state = "ill" if n == 80 else "sound"
            session.add(Basket(palm=palm, text=f"قفة {n}"))
        session.commit()
    print(uninstall(code, "orchard", "orchard"))
