"""Books and their authors with FastAPI and SQLAlchemy on PostgreSQL, as FastAPI's documentation teaches: models of the ORM, a session a
request, pydantic models in and out, a bearer token (JWT, HS256), and the rule that who created a book changes it. A peer to measure
against, nothing else.

Settings from the environment: FASTAPI_POSTGRES (connection URL), FASTAPI_SECRET (verifies the tokens).
"""

import os
from datetime import date, datetime, timezone
from typing import List, Optional
from uuid import UUID, uuid4

import jwt
from fastapi import Depends, FastAPI, HTTPException, status
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, Field
from sqlalchemy import Column, Date, DateTime, Float, ForeignKey, String, create_engine
from sqlalchemy.dialects.postgresql import UUID as Uuid
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, declarative_base, joinedload, relationship, sessionmaker

SECRET = os.environ["FASTAPI_SECRET"]
engine = create_engine(os.environ["FASTAPI_POSTGRES"], pool_size=16, max_overflow=24)
SessionLocal = sessionmaker(autocommit=False, autoflush=False, bind=engine)
Base = declarative_base()
app = FastAPI()
bearer = HTTPBearer()


class Author(Base):
    __tablename__ = "author"
    id = Column(Uuid(as_uuid=True), primary_key=True, default=uuid4)
    name = Column(String(255), nullable=False)


class Book(Base):
    __tablename__ = "book"
    id = Column(Uuid(as_uuid=True), primary_key=True, default=uuid4)
    title = Column(String(255), nullable=False, index=True)
    author = Column(String(255), nullable=False, index=True)
    price = Column(Float, index=True)
    isbn = Column(String(40), unique=True)
    published = Column(Date)
    by_id = Column(Uuid(as_uuid=True), ForeignKey("author.id"))
    owner = Column(String(36), nullable=False)
    created = Column(DateTime(timezone=True), nullable=False)
    updated = Column(DateTime(timezone=True), nullable=False)
    by = relationship(Author)


class AuthorOut(BaseModel):
    id: UUID
    name: str

    class Config:
        orm_mode = True


class BookIn(BaseModel):
    title: str = Field(max_length=255)
    author: str = Field(max_length=255)
    price: Optional[float] = None
    isbn: Optional[str] = Field(None, max_length=40)
    published: Optional[date] = None
    by_id: Optional[UUID] = None


class BookChange(BaseModel):
    title: Optional[str] = Field(None, max_length=255)
    price: Optional[float] = None


class BookOut(BookIn):
    id: UUID
    owner: str
    created: datetime
    updated: datetime

    class Config:
        orm_mode = True


class BookWithAuthor(BookOut):
    by: Optional[AuthorOut] = None


def get_db():
    db = SessionLocal()
    try:
        yield db
    finally:
        db.close()


def get_user(credentials: HTTPAuthorizationCredentials = Depends(bearer)) -> str:
    try:
        return jwt.decode(credentials.credentials, SECRET, algorithms=["HS256"])["sub"]
    except (jwt.InvalidTokenError, KeyError) as refused:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED) from refused


def stored(db: Session):
    try:
        db.commit()
    except IntegrityError as taken:
        raise HTTPException(status.HTTP_409_CONFLICT) from taken


def new(book: BookIn, user: str) -> Book:
    now = datetime.now(timezone.utc)
    return Book(**book.dict(), owner=user, created=now, updated=now)


@app.get("/health")
def health():
    return {"status": "ok"}


@app.post("/books", status_code=201, response_model=BookOut)
def create(book: BookIn, db: Session = Depends(get_db), user: str = Depends(get_user)):
    row = new(book, user)
    db.add(row)
    stored(db)
    db.refresh(row)
    return row


@app.post("/books/batch", status_code=201, response_model=List[BookOut])
def create_many(books: List[BookIn], db: Session = Depends(get_db), user: str = Depends(get_user)):
    rows = [new(book, user) for book in books]
    db.add_all(rows)
    db.flush()
    out = [BookOut.from_orm(row) for row in rows]
    stored(db)
    return out


@app.get("/books/{book_id}", response_model=BookOut)
def read(book_id: UUID, db: Session = Depends(get_db), user: str = Depends(get_user)):
    row = db.query(Book).filter(Book.id == book_id).first()
    if row is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND)
    return row


@app.get("/books", response_model=List[BookOut])
def list_books(author: str, limit: int = 20, db: Session = Depends(get_db), user: str = Depends(get_user)):
    return db.query(Book).filter(Book.author == author).order_by(Book.price.desc(), Book.id).limit(limit).all()


@app.get("/books-expanded", response_model=List[BookWithAuthor])
def list_expanded(author: str, limit: int = 20, db: Session = Depends(get_db), user: str = Depends(get_user)):
    query = db.query(Book).options(joinedload(Book.by)).filter(Book.author == author)
    return query.order_by(Book.price.desc(), Book.id).limit(limit).all()


@app.patch("/books/{book_id}", response_model=BookOut)
def change(book_id: UUID, book: BookChange, db: Session = Depends(get_db), user: str = Depends(get_user)):
    row = db.query(Book).filter(Book.id == book_id).with_for_update().first()
    if row is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND)
    if row.owner != user:
        raise HTTPException(status.HTTP_403_FORBIDDEN)
    for name, value in book.dict(exclude_unset=True).items():
        setattr(row, name, value)
    row.updated = datetime.now(timezone.utc)
    stored(db)
    db.refresh(row)
    return row
