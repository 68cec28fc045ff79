"""Intake of trace batches with FastAPI, uvicorn and asyncpg on PostgreSQL, as its documentation teaches: pydantic models,
a bearer token (JWT, HS256), a pool, one executemany (which asyncpg pipelines) in one transaction a batch. A peer to
measure against, nothing else. The tables are the ones that the server it is compared with uses, with the same indexes.

Settings from the environment: FASTAPI_POSTGRES (connection URL), FASTAPI_SECRET (verifies the tokens).
"""

import json
import os
from datetime import datetime, timezone
from typing import Any, Dict, List, Optional
from uuid import UUID

import asyncpg
import jwt
from fastapi import Depends, FastAPI, HTTPException, Request, status
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel

SECRET = os.environ["FASTAPI_SECRET"]
INSERT = """
    INSERT INTO trace (study, id, participant, timestamp, time, received_at, session, sequence, name, data)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    ON CONFLICT (study, id) DO NOTHING
"""

app = FastAPI()
bearer = HTTPBearer()


class Trace(BaseModel):
    id: UUID
    timestamp: str
    session: Optional[str] = None
    sequence: Optional[int] = None
    name: str
    data: Dict[str, Any] = {}


@app.on_event("startup")
async def connect():
    app.state.pool = await asyncpg.create_pool(os.environ["FASTAPI_POSTGRES"], min_size=4, max_size=16)


@app.on_event("shutdown")
async def disconnect():
    await app.state.pool.close()


def participant(credentials: HTTPAuthorizationCredentials = Depends(bearer)) -> int:
    try:
        return int(jwt.decode(credentials.credentials, SECRET, algorithms=["HS256"])["sub"])
    except (jwt.InvalidTokenError, KeyError, ValueError) as refused:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED) from refused


@app.get("/health")
async def health():
    return {"status": "ok"}


@app.post("/traces", status_code=201)
async def take(traces: List[Trace], request: Request, number: int = Depends(participant)):
    received = datetime.now(timezone.utc)
    rows = [
        (
            1,
            trace.id,
            number,
            trace.timestamp,
            datetime.fromisoformat(trace.timestamp.replace("Z", "+00:00")),
            received,
            trace.session,
            trace.sequence,
            trace.name,
            json.dumps(trace.data),
        )
        for trace in traces
    ]
    async with request.app.state.pool.acquire() as connection:
        async with connection.transaction():
            await connection.executemany(INSERT, rows)
    return {"accepted": len(rows)}
