using System.Buffers.Binary;
using Sillage.Storage;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Intake;

/// <summary>
/// The id of a log that was taken over from an older TSADK server: a UUID of version 8 (RFC 9562 section 5.8) that says
/// "tsadk" and the number that the log had there. Such a log keeps its number, while the number of any other one is its
/// place in storage (see <c>docs/adr/0073-old-log-numbers-are-in-the-id.md</c>).
/// </summary>
internal static class OldLogId
{
    // What is left of the last 64 bits beside the two of the variant.
    private const long Highest = (1L << 62) - 1;

    private const ulong Variant = 1UL << 63;

    private const string PositionOf = "SELECT position FROM trace WHERE study = @Study AND id = @Id";

    private const string PositionOfLast = """
        SELECT position FROM trace WHERE study = @Study AND id >= @First AND id <= @Last ORDER BY id DESC LIMIT 1
        """;

    private const string FirstPosition = "SELECT position FROM trace WHERE study = @Study ORDER BY position LIMIT 1";

    private static ReadOnlySpan<byte> Prefix => "tsadk"u8;

    /// <summary>Whether a log of this number can be taken over.</summary>
    public static bool CanBe(long number) => number is >= 1 and <= Highest;

    /// <summary>The id of the log that had this number.</summary>
    public static Guid Of(long number)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        Prefix.CopyTo(bytes);
        bytes[6] = 0x80;
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Variant | (ulong)number);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>The number that the log had; null for any other id.</summary>
    public static long? NumberOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        if (!bytes.StartsWith(Prefix))
        {
            return null;
        }

        var number = (long)(BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]) & ~Variant);
        return CanBe(number) && Of(number) == id ? number : null;
    }

    /// <summary>The place in storage of the log of a number; the place may be empty or another study's.</summary>
    public static async Task<long> FindAsync(
        IDatabase<TracesData> database,
        Study study,
        long number,
        CancellationToken ct
    ) =>
        (
            CanBe(number)
                ? await database.ReadAsync(
                    r => r.ScalarAsync<long?>(PositionOf, new { Study = study.Key, Id = Of(number) }, ct),
                    ct
                )
                : null
        ) ?? number;

    /// <summary>
    /// The place in storage after which the logs after a number lie. What was taken over lies behind all numbers that
    /// were taken over with it, so a number below the study's first place is an old one.
    /// </summary>
    public static Task<long> PlaceOfAsync(
        IDatabase<TracesData> database,
        Study study,
        long number,
        CancellationToken ct
    ) =>
        database.ReadAsync(
            async r =>
            {
                var place = await r.ScalarAsync<long?>(FirstPosition, new { Study = study.Key }, ct);
                if (number <= 0 || place is null || number >= place)
                {
                    return Math.Max(number, 0);
                }

                var parameters = new
                {
                    Study = study.Key,
                    First = Of(0),
                    Last = Of(number),
                };
                return await r.ScalarAsync<long?>(PositionOfLast, parameters, ct) ?? 0;
            },
            ct
        );
}
