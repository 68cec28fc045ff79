using System.Runtime.InteropServices;
using Sillage.Rowing.Strokes;
using Sillage.Storage;

namespace Sillage.Rowing.Records;

/// <summary>Workouts and their strokes in the tables.</summary>
internal static class WorkoutStore
{
    /// <summary>Strokes of a closed session lie in pieces of so many.</summary>
    private const int PieceLength = 4096;

    private const string Insert = """
        INSERT INTO workout (id, account_id, machine, state, source, started_at, ended_at, distance, duration, privacy, detail,
          strokes, copy_of, created_at, updated_at, name)
        VALUES (@Id, @AccountId, @Machine, @State, @Source, @StartedAt, @EndedAt, @Distance, @Duration, @Privacy, @Detail,
          @Strokes, @CopyOf, @CreatedAt, @UpdatedAt, @Name)
        RETURNING number
        """;

    private const string Update = """
        UPDATE workout SET state = @State, started_at = @StartedAt, ended_at = @EndedAt, distance = @Distance,
          duration = @Duration, privacy = @Privacy, detail = @Detail, strokes = @Strokes, copy_of = @CopyOf, updated_at = @UpdatedAt,
          name = @Name
        WHERE number = @Number
        """;

    private const string SelectOne = $"SELECT {WorkoutRow.Columns} FROM workout WHERE id = @Id";

    private static readonly Sql Lock = new(SelectOne, SelectOne + " FOR UPDATE");

    private const string InsertBatch = """
        INSERT INTO stroke_batch (workout, first, strokes, packed) VALUES (@Number, @First, @Strokes, @Packed)
        """;

    private const string SelectBatches = "SELECT packed FROM stroke_batch WHERE workout = @Number ORDER BY first";

    private const string DeleteBatches = "DELETE FROM stroke_batch WHERE workout = @Number";

    private const string DeleteBests = "DELETE FROM best WHERE workout = @Number";

    private const string DeleteMerges = "DELETE FROM merge WHERE kept = @Id OR copy = @Id";

    private const string Delete = "DELETE FROM workout WHERE number = @Number";

    private const string FreeCopies = "UPDATE workout SET copy_of = NULL, updated_at = @Now WHERE copy_of = @Id";

    private const string Remember = """
        INSERT INTO workout_deletion (account_id, workout, number, deleted_at) VALUES (@AccountId, @Id, @Number, @Now)
        """;

    public static Task<WorkoutRow?> FindAsync(IReader reader, Guid id, CancellationToken ct) =>
        reader.FirstOrDefaultAsync<WorkoutRow>(SelectOne, new { Id = id }, ct);

    /// <summary>The workout as it is now, nobody else's to change until the unit ends.</summary>
    public static Task<WorkoutRow?> LockAsync(IUnitOfWork unit, Guid id, CancellationToken ct) =>
        unit.FirstOrDefaultAsync<WorkoutRow>(Lock, new { Id = id }, ct);

    public static async Task<WorkoutRow> InsertAsync(IUnitOfWork unit, WorkoutRow row, CancellationToken ct) =>
        row with
        {
            Number = await unit.ScalarAsync<long>(Insert, row, ct),
        };

    public static Task UpdateAsync(IUnitOfWork unit, WorkoutRow row, CancellationToken ct) =>
        unit.ExecuteAsync(Update, row, ct);

    /// <summary>Deletes a workout with its strokes, and remembers that it is gone; copies of it stand for themselves again.</summary>
    public static async Task DeleteAsync(IUnitOfWork unit, WorkoutRow row, DateTimeOffset now, CancellationToken ct)
    {
        var gone = new
        {
            row.Id,
            row.AccountId,
            row.Number,
            Now = now,
        };
        await unit.ExecuteAsync(FreeCopies, gone, ct);
        await unit.ExecuteAsync(DeleteBatches, gone, ct);
        await unit.ExecuteAsync(DeleteBests, gone, ct);
        await unit.ExecuteAsync(DeleteMerges, gone, ct);
        await unit.ExecuteAsync(Delete, gone, ct);
        await unit.ExecuteAsync(Remember, gone, ct);
    }

    /// <summary>Adds strokes behind those that are there.</summary>
    public static async Task AddStrokesAsync(
        IUnitOfWork unit,
        long number,
        long first,
        List<Stroke> strokes,
        CancellationToken ct
    )
    {
        for (var at = 0; at < strokes.Count; at += PieceLength)
        {
            var packed = Pack(strokes, at, out var count);
            var batch = new
            {
                Number = number,
                First = first + at,
                Strokes = (long)count,
                Packed = packed,
            };
            await unit.ExecuteAsync(InsertBatch, batch, ct);
        }
    }

    /// <summary>Puts strokes in the place of those that are there.</summary>
    public static async Task ReplaceStrokesAsync(
        IUnitOfWork unit,
        long number,
        List<Stroke> strokes,
        CancellationToken ct
    )
    {
        await unit.ExecuteAsync(DeleteBatches, new { Number = number }, ct);
        await AddStrokesAsync(unit, number, 0, strokes, ct);
    }

    /// <summary>The strokes of a workout as they lie there.</summary>
    public static Task<IReadOnlyList<byte[]>> ReadPackedAsync(IReader reader, long number, CancellationToken ct) =>
        reader.QueryAsync<byte[]>(SelectBatches, new { Number = number }, ct);

    public static async Task<List<Stroke>> ReadStrokesAsync(IReader reader, long number, CancellationToken ct)
    {
        var batches = await ReadPackedAsync(reader, number, ct);
        var strokes = new List<Stroke>();
        foreach (var packed in batches)
        {
            StrokeCodec.Unpack(packed, strokes);
        }

        return strokes;
    }

    private static byte[] Pack(List<Stroke> strokes, int at, out int count)
    {
        count = Math.Min(PieceLength, strokes.Count - at);
        return StrokeCodec.Pack(CollectionsMarshal.AsSpan(strokes).Slice(at, count));
    }
}
