# Makes a virtual environment in the folder of the first argument. Where the machine's Python has pip, the environment uses that, since a
# copy of its own takes seconds.
import importlib.util, os, sys, venv

folder = sys.argv[1]
has_pip = sys.prefix == sys.base_prefix and importlib.util.find_spec("pip") is not None
venv.EnvBuilder(system_site_packages=True, symlinks=os.name != "nt", with_pip=not has_pip).create(folder)
if has_pip:
    for name in ("pip", "pip3"):
        file = os.path.join(folder, "bin", name)
        with open(file, "w") as f:
            f.write('#!/bin/sh\nexec "%s" -m pip "$@"\n' % os.path.join(folder, "bin", "python"))
        os.chmod(file, 0o755)
