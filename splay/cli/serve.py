"""splay serve: splunkd's REST API and HTTP Event Collector over an app."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import click

from splay.cli.options import defaults_option
from splay.cli.terminal import refusing

_PORT = click.IntRange(0, 65535)


@click.command()
@click.option(
    "--app",
    "apps",
    multiple=True,
    type=click.Path(path_type=Path),
    help="An app's folder; may be given several times. Default: this folder.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", type=_PORT, default=8089, show_default=True, help="REST API; 0 takes a free port."
)
@click.option(
    "--hec-port", type=_PORT, default=8088, show_default=True, help="HTTP Event Collector."
)
@click.option("--dashboards", is_flag=True, help="Also serve the apps' dashboards, to a browser.")
@click.option(
    "--web-port", type=_PORT, default=8000, show_default=True, help="Of the dashboards (HTTP)."
)
@click.option("--data", type=click.Path(path_type=Path), help="Keep what is indexed here.")
@click.option("--tls/--plain", default=True, show_default=True, help="HTTPS or HTTP.")
@click.option("--username", envvar="SPLUNK_USERNAME", default="admin", help="SPLUNK_USERNAME.")
@click.option(
    "--inputs",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A folder whose files clients may have indexed by name. Default: none.",
)
@defaults_option
def serve(
    apps: tuple[Path, ...],
    host: str,
    port: int,
    hec_port: int,
    dashboards: bool,
    web_port: int,
    data: Path | None,
    tls: bool,
    username: str,
    inputs: tuple[Path, ...],
    system_defaults: bool,
) -> None:
    """Serve splunkd's REST API and HTTP Event Collector over the app.

    The administrator's password, and a token for the collector, come from the environment:
    SPLUNK_PASSWORD and SPLUNK_HEC_TOKEN. There are no options for them, and no defaults: everybody
    on this machine sees the options of a program.

    \b
    Examples:
      SPLUNK_PASSWORD=... SPLUNK_HEC_TOKEN=... splay serve
      SPLUNK_PASSWORD=... splay serve --dashboards    # then http://127.0.0.1:8000 in a browser
      SPLUNK_PASSWORD=... splay serve --app . --app ../Splunk_TA_windows --port 0 --data index/
    """
    from splay.ports.serve import Listening, data_folder
    from splay.ports.serve import serve as listen
    from splay.server.access.passwords import is_user_name
    from splay.server.splunkd import Splunkd

    password = os.environ.get("SPLUNK_PASSWORD")
    if not password:
        raise click.UsageError("There is no password: set SPLUNK_PASSWORD.")
    if not is_user_name(username):
        raise click.UsageError(f"{username!r} cannot be a user's name.")
    hec_token = os.environ.get("SPLUNK_HEC_TOKEN", "")
    os.umask(0o077)  # what is kept is for whoever started the server alone
    with refusing():
        folder = data_folder(data)
        splunkd = Splunkd(
            apps or (Path(),),
            folder,
            username,
            password,
            hec_token,
            inputs=inputs,
            shipped=system_defaults,
        )
        with closing(splunkd):
            web = web_port if dashboards else None
            listen(splunkd, Listening(host, port, hec_port, tls, web), _listening(hec_token))


def _listening(hec_token: str) -> Callable[[str], None]:
    """Tells where the server listens, and of a collector that nobody has a token for."""

    def tell(line: str) -> None:
        click.echo(line)
        if not hec_token and line.startswith("HTTP Event Collector"):
            click.echo("SPLUNK_HEC_TOKEN is not set: only its inputs' tokens are known", err=True)

    return tell
