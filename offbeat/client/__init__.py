"""The client: the HTTP interface in Python, blocking or awaited. Imports no room, so a script needs httpx alone."""

from offbeat.client.awaiting import AsyncClient, AsyncSeries
from offbeat.client.blocking import Client, Series
from offbeat.client.documents import ColumnsReply, EmbedReply, ReconstructReply, ScoreReply
from offbeat.client.errors import ClientError, Refused, Unreachable, VersionChanged
from offbeat.client.replies import Contribution, Result, SampleReply
from offbeat.client.retrying import Retries

__all__ = [
    "AsyncClient",
    "AsyncSeries",
    "Client",
    "ClientError",
    "ColumnsReply",
    "Contribution",
    "EmbedReply",
    "ReconstructReply",
    "Refused",
    "Result",
    "Retries",
    "SampleReply",
    "ScoreReply",
    "Series",
    "Unreachable",
    "VersionChanged",
]
