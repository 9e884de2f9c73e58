"""Credentials of clouds that are more than one text: made up, for clients that sign what they send.

They are told by the names of settings that the clouds' own tools have, and let nobody in anywhere.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from provider_conformance.configuration.secret_fields import fields_of

_FILE: Final = re.compile(r"(^|_)oci_config_file(_path)?$")
"""Where Oracle's SDK finds users, keys and a region: a file, of which it takes one section."""
_WAY: Final = re.compile(r"(^|_)oci_auth(_type)?$")
"""How it gets its credentials; else from its machine, over an address that only clouds have."""
_BY_FILE: Final = "config_file"

_FORM: Final = """[DEFAULT]
user=ocid1.user.oc1..conformance
tenancy=ocid1.tenancy.oc1..conformance
fingerprint=00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff
key_file={key}
region=us-ashburn-1
"""


def credentials(config: Any) -> dict[str, Any]:
    """Which fields of a configuration get which values, so that a client can sign; a file may be written.

    Args:
        config: The configuration. The file goes to where temporary files go.
    """
    return dict(_oracle(config))


def _oracle(config: Any) -> Iterator[tuple[str, Any]]:
    names = [name for name, _, _ in fields_of(type(config))]
    file = next((name for name in names if _FILE.search(name)), "")
    # Without what makes keys, nothing can be signed.
    with suppress(ImportError):
        if file:
            yield file, _file()
            yield from ((name, _BY_FILE) for name in names if _WAY.search(name))


def _file() -> str:
    folder = Path(tempfile.mkdtemp(prefix="oci-"))
    key = folder / "key.pem"
    key.write_bytes(_key())
    written = folder / "config"
    written.write_text(_FORM.format(key=key), encoding="utf-8")
    return str(written)


@cache
def _key() -> bytes:
    """A throw-away RSA key, PEM.

    Raises:
        ImportError: ``cryptography`` is not installed; the extra ``backends`` brings it.
    """
    rsa: Any = import_module("cryptography.hazmat.primitives.asymmetric.rsa")
    form: Any = import_module("cryptography.hazmat.primitives.serialization")
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
    made: bytes = key.private_bytes(
        form.Encoding.PEM, form.PrivateFormat.TraditionalOpenSSL, form.NoEncryption()
    )
    return made
