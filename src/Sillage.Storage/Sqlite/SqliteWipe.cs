using System.Buffers.Binary;
using System.Diagnostics;
using SQLitePCL;

namespace Sillage.Storage.Sqlite;

/// <summary>
/// Removes from one file what deleted rows have left: pages in the log, and copies in the unused parts of pages. It goes
/// through the file a piece at a time, between the writer's groups; see docs/adr/0064-erased-bytes.md.
/// </summary>
internal sealed class SqliteWipe(string schema, int pieceLength = SqliteWipe.DefaultPieceLength)
{
    private const int DefaultPieceLength = 16 * 1024 * 1024;
    private const long LockByte = 0x4000_0000;
    private static readonly TimeSpan LongestWaitForReaders = TimeSpan.FromMilliseconds(50);

    private readonly byte[] _header = new byte[100];
    private long _at;
    private bool _isSecondPass;

    /// <summary>Whether the whole file is done.</summary>
    public bool IsDone { get; private set; }

    /// <summary>
    /// Does the next piece. To be called by the one who writes, outside of a transaction; afterwards the connection has to
    /// be opened anew, since its cache has the pages as they were.
    /// </summary>
    /// <returns>False if readers hold the log for now: to be tried again.</returns>
    /// <exception cref="NotSupportedException">The file is of a form whose pages cannot be told apart.</exception>
    public bool DoNext(SqliteSession session)
    {
        if (!FoldLogIn(session))
        {
            return false;
        }

        var file = SqliteRawFile.Of(session, schema);
        var length = file.Length;
        if (length == 0)
        {
            IsDone = true;
            return true;
        }

        file.Read(0, _header);
        var pageSize = BinaryPrimitives.ReadUInt16BigEndian(_header.AsSpan(16)) is var size and not 1 ? size : 65536;
        if (length / pageSize >= UnusedBytes.MostPages || _header.AsSpan(52, 4).IndexOfAnyExcept((byte)0) >= 0)
        {
            throw new NotSupportedException(
                $"The database {schema} has too many pages, or moves them by itself (auto_vacuum): run VACUUM on it."
            );
        }

        var end = Math.Min(length / pageSize * pageSize, _at + pieceLength);
        Clear(file, _at, end, pageSize);
        _at = end;
        if (end == length / pageSize * pageSize)
        {
            // While the pieces were done one by one, a page not done yet may have changed places with one that was.
            IsDone = _isSecondPass || length <= pieceLength;
            (_isSecondPass, _at) = (true, 0);
        }

        return true;
    }

    private void Clear(SqliteRawFile file, long from, long to, int pageSize)
    {
        var usable = pageSize - _header[20];
        var page = new byte[pageSize];
        for (var at = from; at < to; at += pageSize)
        {
            if (at <= LockByte && LockByte < at + pageSize)
            {
                continue;
            }

            file.Read(at, page);
            var place = at;
            // Only the unused bytes are written, never a page: whenever the power fails, what counts is untouched.
            UnusedBytes.Clear(
                page,
                at == 0,
                usable,
                (offset, length) => file.Write(place + offset, page.AsSpan(offset, length))
            );
        }

        file.Sync();
    }

    /// <summary>Brings everything from the log into the file and cuts the log to nothing.</summary>
    private bool FoldLogIn(SqliteSession session)
    {
        session.ResetStatements();
        session.Execute("PRAGMA busy_timeout = 0");
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var code = raw.sqlite3_wal_checkpoint_v2(
                session.Handle,
                schema,
                raw.SQLITE_CHECKPOINT_TRUNCATE,
                out _,
                out _
            );
            if (code is not (raw.SQLITE_BUSY or raw.SQLITE_LOCKED))
            {
                SqliteErrors.Check(code, session.Handle);
                return true;
            }

            if (Stopwatch.GetElapsedTime(started) > LongestWaitForReaders)
            {
                return false;
            }

            Thread.Sleep(1);
        }
    }
}
