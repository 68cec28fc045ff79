using System.Text;
using Sillage.Collections.Declared;
using Sillage.Storage;

namespace Sillage.Collections.Stored;

/// <summary>A record as it is stored. Times are microseconds since 1970, save that of deletion.</summary>
internal sealed record RecordRow(
    long Key,
    long Collection,
    Guid Id,
    Guid? Owner,
    long Position,
    long CreatedAt,
    long UpdatedAt,
    DateTimeOffset? DeletedAt,
    string Data
)
{
    /// <summary>The columns, of the table under the name r.</summary>
    public static readonly Sql Columns = new(
        "r.key, r.collection, r.id, r.owner, r.position, r.created_at, r.updated_at, r.deleted_at, r.data",
        "r.key, r.collection, r.id, r.owner, r.position, r.created_at, r.updated_at, r.deleted_at, CAST(r.data AS text) AS data"
    );

    private static readonly Sql ById = new(
        $"SELECT {Columns.Sqlite} FROM record r WHERE r.collection = @Collection AND r.id = @Id",
        $"SELECT {Columns.Postgres} FROM record r WHERE r.collection = @Collection AND r.id = @Id"
    );

    private static readonly Sql ByIdForUpdate = new(ById.Sqlite, ById.Postgres + " FOR UPDATE");

    /// <summary>The record with this id, deleted or not.</summary>
    public static Task<RecordRow?> FindAsync(IReader reader, long collection, Guid id, CancellationToken ct) =>
        reader.FirstOrDefaultAsync<RecordRow>(
            reader is IUnitOfWork ? ByIdForUpdate : ById,
            new { Collection = collection, Id = id },
            ct
        );

    /// <summary>What it takes of a page's room.</summary>
    public long Length => Data.Length;

    public RecordData Read(CollectionPlan plan) => RecordData.Read(plan, Encoding.UTF8.GetBytes(Data));
}
