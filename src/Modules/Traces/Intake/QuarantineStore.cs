using System.Security.Cryptography;
using System.Text.Json;
using Npgsql;
using Sillage.Api.Formats;
using Sillage.Api.Problems;
using Sillage.Storage;
using Sillage.Storage.Sqlite;

namespace Sillage.Traces.Intake;

/// <summary>
/// Keeps what was rejected as the bytes that came. The same bytes from the same sender are kept once: a game that resends
/// its queue over and over does not fill the disk.
/// </summary>
internal static class QuarantineStore
{
    private const string OnConflict = """
        ON CONFLICT (study, sender, digest) DO UPDATE
        SET times = quarantine.times + excluded.times, reasons = excluded.reasons, reason = excluded.reason,
          may_name = excluded.may_name, received_at = excluded.received_at
        """;

    private const string InsertOne = $"""
        INSERT INTO quarantine
          (study, sender, received_at, first_received_at, may_name, id, bytes, reasons, reason, participant, digest, times)
        VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
        {OnConflict}
        """;

    private const string InsertMany = $"""
        INSERT INTO quarantine
          (study, sender, received_at, first_received_at, may_name, id, bytes, reasons, reason, participant, digest, times)
        SELECT @Study, @Sender, @ReceivedAt, @ReceivedAt, @MayName, t.*
        FROM unnest(@Ids, @Bytes, @Reasons::json[], @Codes, @Participants, @Digests, @Times) t
        {OnConflict}
        """;

    private const string SelectHeld = """
        SELECT count(*) AS traces, coalesce(sum(length(bytes)), 0) AS bytes FROM quarantine
        WHERE study = @Study AND sender = @Sender
        """;

    private const string SelectDigests = "SELECT digest FROM quarantine WHERE study = @Study AND sender = @Sender";

    private sealed record Held(long Traces, long Bytes);

    private sealed record Kept(Guid Id, byte[] Bytes, string Reasons, string Reason, long? Participant, byte[] Digest)
    {
        public long Times { get; set; } = 1;
    }

    /// <summary>Keeps those that may be kept, as far as there is room for more of this sender's.</summary>
    /// <returns>All of them; those for which there is no room say so.</returns>
    public static async Task<List<Rejection>> KeepAsync(IUnitOfWork unit, IntakeBatch batch, List<Rejection> rejections)
    {
        var kept = Distinct(batch, rejections.FindAll(r => r.MayBeKept));
        var dropped = batch.Limits is { } limits ? await DropAsync(unit, batch, kept, limits) : [];
        if (kept.Count > 0)
        {
            if (unit.Dialect == SqlDialect.Sqlite)
            {
                KeepOnSqlite(unit, batch, kept);
            }
            else
            {
                await KeepOnPostgresAsync(unit, batch, kept);
            }
        }

        return dropped.Count == 0
            ? rejections
            : rejections.ConvertAll(r =>
                r.MayBeKept && dropped.Contains(DigestOf(batch, r)) ? WithoutRoom(r, batch.Limits!) : r
            );
    }

    // What is there already takes no more room, however full it is.
    private static async Task<HashSet<string>> DropAsync(
        IUnitOfWork unit,
        IntakeBatch batch,
        List<Kept> kept,
        TracesOptions limits
    )
    {
        var whose = new { Study = batch.Study.Key, Sender = batch.Account };
        var held = (await unit.FirstOrDefaultAsync<Held>(SelectHeld, whose))!;
        if (Fits(held.Traces + kept.Count, held.Bytes + kept.Sum(k => (long)k.Bytes.Length), limits))
        {
            return [];
        }

        var known = (await unit.QueryAsync<byte[]>(SelectDigests, whose))
            .Select(Convert.ToHexString)
            .ToHashSet(StringComparer.Ordinal);
        var (traces, bytes) = (held.Traces, held.Bytes);
        var dropped = new HashSet<string>(StringComparer.Ordinal);
        kept.RemoveAll(one =>
        {
            var digest = Convert.ToHexString(one.Digest);
            if (known.Contains(digest))
            {
                return false;
            }

            if (!Fits(traces + 1, bytes + one.Bytes.Length, limits))
            {
                return dropped.Add(digest);
            }

            (traces, bytes) = (traces + 1, bytes + one.Bytes.Length);
            return false;
        });
        return dropped;
    }

    private static bool Fits(long traces, long bytes, TracesOptions limits) =>
        traces <= limits.MaxQuarantinedTraces && bytes <= limits.MaxQuarantinedBytes;

    private static string DigestOf(IntakeBatch batch, Rejection rejection) =>
        Convert.ToHexString(SHA256.HashData(batch.Parsed.Source.Of(rejection.Whole)));

    private static Rejection WithoutRoom(Rejection rejection, TracesOptions limits)
    {
        var fault = new FieldError(
            "",
            $"Nothing of this trace is kept: the quarantine has room for {limits.MaxQuarantinedTraces} traces and {limits.MaxQuarantinedBytes} bytes of one sender. "
                + "Keep it, and send it again once the quarantine is worked off."
        );
        return rejection with
        {
            Told = rejection.Told with { Errors = [.. rejection.Told.Errors, fault] },
            MayBeKept = false,
        };
    }

    // One statement of PostgreSQL cannot meet the same key twice.
    private static List<Kept> Distinct(IntakeBatch batch, List<Rejection> rejections)
    {
        var kept = new List<Kept>(rejections.Count);
        var places = new Dictionary<string, Kept>(StringComparer.Ordinal);
        foreach (var rejection in rejections)
        {
            var bytes = batch.Parsed.Source.Of(rejection.Whole).ToArray();
            var digest = SHA256.HashData(bytes);
            if (places.TryGetValue(Convert.ToHexString(digest), out var same))
            {
                same.Times++;
                continue;
            }

            var reasons = JsonSerializer.Serialize(rejection.Told.Errors, Json.Options);
            var one = new Kept(
                Guid.CreateVersion7(batch.ReceivedAt),
                bytes,
                reasons,
                Reason.CodeOf(rejection.Told.Errors),
                rejection.Participant,
                digest
            );
            places[Convert.ToHexString(digest)] = one;
            kept.Add(one);
        }

        return kept;
    }

    private static void KeepOnSqlite(IUnitOfWork unit, IntakeBatch batch, List<Kept> kept)
    {
        var insert = unit.Prepare(InsertOne).Bind(1, batch.Study.Key).Bind(2, batch.Account).Bind(3, batch.ReceivedAt);
        insert.Bind(4, batch.MayName ? 1 : 0);
        foreach (var one in kept)
        {
            insert.Bind(5, one.Id).BindBlob(6, one.Bytes).BindText(7, one.Reasons).BindText(8, one.Reason);
            _ = one.Participant is { } number ? insert.Bind(9, number) : insert.BindNull(9);
            insert.BindBlob(10, one.Digest).Bind(11, one.Times).Run();
        }
    }

    private static async Task KeepOnPostgresAsync(IUnitOfWork unit, IntakeBatch batch, List<Kept> kept)
    {
        await using var command = new NpgsqlCommand(
            InsertMany,
            (NpgsqlConnection)await unit.ConnectionAsync(),
            (NpgsqlTransaction?)unit.Transaction
        );
        command.Parameters.Add(new NpgsqlParameter<long>("Study", batch.Study.Key));
        command.Parameters.Add(new NpgsqlParameter<Guid>("Sender", batch.Account));
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset>("ReceivedAt", batch.ReceivedAt.ToUniversalTime()));
        command.Parameters.Add(new NpgsqlParameter<bool>("MayName", batch.MayName));
        command.Parameters.Add(new NpgsqlParameter("Ids", kept.Select(k => k.Id).ToArray()));
        command.Parameters.Add(new NpgsqlParameter("Bytes", kept.Select(k => k.Bytes).ToArray()));
        command.Parameters.Add(new NpgsqlParameter("Reasons", kept.Select(k => k.Reasons).ToArray()));
        command.Parameters.Add(new NpgsqlParameter("Codes", kept.Select(k => k.Reason).ToArray()));
        command.Parameters.Add(new NpgsqlParameter("Participants", kept.Select(k => k.Participant).ToArray()));
        command.Parameters.Add(new NpgsqlParameter("Digests", kept.Select(k => k.Digest).ToArray()));
        command.Parameters.Add(new NpgsqlParameter("Times", kept.Select(k => k.Times).ToArray()));
        await command.ExecuteNonQueryAsync();
    }
}
