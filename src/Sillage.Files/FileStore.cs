using System.Security.Cryptography;
using Sillage.Storage;

namespace Sillage.Files;

/// <summary>What slices of a module do with files, each within their own unit of work: what is said and what is attached to it are one commit.</summary>
public static class FileStore
{
    /// <summary>How many bytes stand in one row.</summary>
    internal const int PieceBytes = 256 * 1024;

    private const string Insert = $"""
        INSERT INTO file ({FileRow.Columns})
        VALUES (@Id, @OwnerId, @AttachedTo, @Name, @MediaType, @Size, @Hash, @Width, @Height, @Thumbnail, @CreatedAt)
        """;

    private const string InsertPiece =
        "INSERT INTO file_piece (file_id, part, number, bytes) VALUES (@FileId, @Part, @Number, @Bytes)";

    // Each counts for a page at least: very many very small ones fill a disk too.
    private const string Kept = """
        SELECT COALESCE(SUM(CASE WHEN size < 4096 THEN 4096 ELSE size END), 0) FROM file WHERE owner_id = @OwnerId
        """;

    private const string Attach =
        "UPDATE file SET attached_to = @To WHERE id = @Id AND owner_id = @OwnerId AND attached_to IS NULL";

    private static readonly Sql Attached = new(
        Sqlite: $"SELECT {FileRow.Columns} FROM file WHERE attached_to IN @To ORDER BY created_at, id",
        Postgres: $"SELECT {FileRow.Columns} FROM file WHERE attached_to = ANY(@To) ORDER BY created_at, id"
    );

    private const string Find = $"SELECT {FileRow.Columns} FROM file WHERE id = @Id";

    private const string ListOwned = $"""
        SELECT {FileRow.Columns} FROM file WHERE owner_id = @OwnerId AND id > @After ORDER BY id LIMIT 500
        """;

    private const string RemoveAttached = "DELETE FROM file WHERE attached_to = @To";

    private const string RemoveOwned = "DELETE FROM file WHERE owner_id = @OwnerId";

    /// <summary>Removes what waited too long; for <see cref="StorageRegistration.AddRetention"/>.</summary>
    internal const string RemoveWaiting = """
        DELETE FROM file WHERE id IN
          (SELECT id FROM file WHERE attached_to IS NULL AND created_at < @Before ORDER BY created_at LIMIT @Limit)
        """;

    /// <summary>
    /// Attaches files that their sender has sent before, in the order of their ids' list.
    /// </summary>
    /// <returns>The first that is not his, is attached already or is not there; null if all are attached.</returns>
    public static async Task<Guid?> AttachAsync(
        IUnitOfWork unit,
        IReadOnlyCollection<Guid> files,
        Guid owner,
        Guid to,
        CancellationToken ct
    )
    {
        ArgumentNullException.ThrowIfNull(unit);
        ArgumentNullException.ThrowIfNull(files);
        foreach (var file in files)
        {
            if (
                await unit.ExecuteAsync(
                    Attach,
                    new
                    {
                        Id = file,
                        OwnerId = owner,
                        To = to,
                    },
                    ct
                ) == 0
            )
            {
                return file;
            }
        }

        return null;
    }

    /// <summary>What is attached to each of several things.</summary>
    public static async Task<ILookup<Guid, FileRow>> ReadAttachedAsync(
        IReader reader,
        IReadOnlyCollection<Guid> to,
        CancellationToken ct
    )
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(to);
        IReadOnlyList<FileRow> rows =
            to.Count == 0 ? [] : await reader.QueryAsync<FileRow>(Attached, new { To = new IdList(to) }, ct);
        return rows.ToLookup(row => row.AttachedTo!.Value);
    }

    /// <summary>Removes what is attached to something, bytes and all.</summary>
    public static Task RemoveAttachedAsync(IUnitOfWork unit, Guid to, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(unit);
        return unit.ExecuteAsync(RemoveAttached, new { To = to }, ct);
    }

    /// <summary>Removes all that an account has sent, attached or not: for an erasure.</summary>
    public static Task RemoveOwnedAsync(IUnitOfWork unit, Guid owner, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(unit);
        return unit.ExecuteAsync(RemoveOwned, new { OwnerId = owner }, ct);
    }

    /// <summary>What an account has sent, at most 500 of it, in the order of ids: for an export.</summary>
    /// <param name="reader">The module's data.</param>
    /// <param name="owner">The account.</param>
    /// <param name="after">The last id of the page before, or <see cref="Guid.Empty"/>.</param>
    /// <param name="ct">Ends the wait.</param>
    public static Task<IReadOnlyList<FileRow>> ReadOwnedAsync(
        IReader reader,
        Guid owner,
        Guid after,
        CancellationToken ct
    )
    {
        ArgumentNullException.ThrowIfNull(reader);
        return reader.QueryAsync<FileRow>(ListOwned, new { OwnerId = owner, After = after }, ct);
    }

    /// <summary>The file, if the account may read it as of now.</summary>
    internal static async Task<FileRow?> FindAsync<TModule>(
        IReader reader,
        Guid file,
        Guid account,
        IFileReaders<TModule> readers,
        CancellationToken ct
    )
    {
        var row = await reader.FirstOrDefaultAsync<FileRow>(Find, new { Id = file }, ct);
        if (row is null)
        {
            return null;
        }

        var may = row.AttachedTo is { } attachedTo
            ? await readers.MayReadAsync(reader, attachedTo, account, ct)
            : row.OwnerId == account;
        return may ? row : null;
    }

    internal static async Task<bool> HasRoomAsync(
        IUnitOfWork unit,
        Guid owner,
        long bytes,
        long most,
        CancellationToken ct
    ) => await unit.ScalarAsync<long>(Kept, new { OwnerId = owner }, ct) + bytes <= most;

    internal static async Task AddAsync(
        IUnitOfWork unit,
        FileRow row,
        ReadOnlyMemory<byte> content,
        ReadOnlyMemory<byte> thumbnail,
        CancellationToken ct
    )
    {
        await unit.ExecuteAsync(Insert, row, ct);
        await AddPiecesAsync(unit, row.Id, FilePart.Content, content, ct);
        await AddPiecesAsync(unit, row.Id, FilePart.Thumbnail, thumbnail, ct);
    }

    internal static byte[] HashOf(ReadOnlyMemory<byte> content) => SHA256.HashData(content.Span);

    private static async Task AddPiecesAsync(
        IUnitOfWork unit,
        Guid file,
        FilePart part,
        ReadOnlyMemory<byte> bytes,
        CancellationToken ct
    )
    {
        for (var number = 0; number * PieceBytes < bytes.Length; number++)
        {
            var start = number * PieceBytes;
            var piece = bytes.Slice(start, Math.Min(PieceBytes, bytes.Length - start)).ToArray();
            await unit.ExecuteAsync(
                InsertPiece,
                new
                {
                    FileId = file,
                    Part = (long)part,
                    Number = (long)number,
                    Bytes = piece,
                },
                ct
            );
        }
    }
}

/// <summary>The parts of a file that are kept.</summary>
internal enum FilePart
{
    /// <summary>The file itself.</summary>
    Content = 0,

    /// <summary>A small picture of it.</summary>
    Thumbnail = 1,
}
