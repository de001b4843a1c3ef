"""How a server is greeted: a login, a database, and TLS, on real servers."""

import asyncio
import datetime
import ipaddress
import ssl
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from redis import Redis

from store.client import connect
from store.errors import StoreUnreachable
from tests.support.stores import single_store

PASSWORD = "hidden words"


@pytest.fixture
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that wants a password; yields its path."""
    with single_store(tmp_path_factory.mktemp("g")) as url:
        with Redis.from_url(url) as redis:
            redis.config_set("requirepass", PASSWORD)
        yield urlsplit(url).path


async def test_a_login_and_a_database_are_part_of_the_address(guarded: str) -> None:
    url = f"unix://{guarded}?password=hidden%20words&db=3"
    async with connect(url) as store:
        await store.call("SET", "{a}n", "1")
    with Redis(unix_socket_path=guarded, password=PASSWORD, db=3) as redis:
        assert redis.get("{a}n") == b"1"


@pytest.mark.parametrize("query", ["", "?password=wrong%20words"])
async def test_who_is_not_let_in_is_told_without_the_password(guarded: str, query: str) -> None:
    with pytest.raises(StoreUnreachable) as caught:
        async with connect(f"unix://{guarded}{query}"):
            pass
    assert "wrong" not in str(caught.value)
    assert "store.url" in str(caught.value)


@pytest.fixture
async def behind_tls(single_url: str, tmp_path: Path) -> AsyncGenerator[str]:
    """A server behind TLS; yields its address with the authority to believe."""
    _certificate(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    path = urlsplit(single_url).path

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_unix_connection(path)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_pump(reader, far_writer), name="up")
            tasks.create_task(_pump(far_reader, writer), name="down")

    async with await asyncio.start_server(carry, "127.0.0.1", 0, ssl=context) as server:
        port = server.sockets[0].getsockname()[1]
        yield f"rediss://127.0.0.1:{port}?ssl_ca_certs={tmp_path / 'cert.pem'}"


async def test_tls_is_spoken_and_its_certificate_checked(behind_tls: str) -> None:
    async with connect(behind_tls) as store:
        assert await store.call("ECHO", "well") == b"well"
    with pytest.raises(StoreUnreachable):
        async with connect(behind_tls.partition("?")[0]):
            pass


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        try:
            piece = await reader.read(65536)
        except OSError:
            piece = b""
        if not piece:
            break
        writer.write(piece)
    writer.close()


def _certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "store")])
    now = datetime.datetime.now(datetime.UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
