using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Sillage.Accounts.Contracts.PersonalData;
using Sillage.Schema;
using Sillage.Storage;
using Sillage.Traces.Consent;
using Sillage.Traces.Removal;
using Sillage.Traces.Studies;

namespace Sillage.Traces.PersonalData;

/// <summary>
/// One participation on the list of erasures, named by study, number and a digest of the pseudonym. With the account in its place
/// the list would be what was erased: a tie. A study made after a restore may have the key of one that was lost; its participants
/// are others, and have other pseudonyms.
/// </summary>
/// <param name="Study">The study's key.</param>
/// <param name="Number">The participant's number.</param>
/// <param name="Mark">
/// What tells it from another of the same number: the digest; in names of earlier versions when it began, in microseconds since
/// the Unix epoch. Null in still older ones: then whoever is older than the erasure is meant.
/// </param>
internal sealed record ErasedParticipation(long Study, long Number, string? Mark = null)
{
    private const string Select = """
        SELECT s.slug, p.pseudonym, p.created_at, i.account FROM participant p
        JOIN study s ON s.key = p.study
        LEFT JOIN identity i ON i.study = p.study AND i.number = p.number
        WHERE p.study = @Study AND p.number = @Number
        """;

    private const string CountRemovals = "SELECT count(*) FROM removal WHERE study = @Study AND participant = @Number";

    private const string ForgetSender = "UPDATE quarantine SET sender = id WHERE study = @Study AND sender = @Account";

    private const string DeleteTie = "DELETE FROM identity WHERE study = @Study AND number = @Number";

    private sealed record Row(string Slug, string Pseudonym, DateTimeOffset CreatedAt, Guid? Account);

    /// <summary>The participation of this number as it is now.</summary>
    public static async Task<ErasedParticipation> FindAsync(
        IReader reader,
        long study,
        long number,
        CancellationToken ct
    )
    {
        var named = new ErasedParticipation(study, number);
        var row = await reader.FirstOrDefaultAsync<Row>(Select, named, ct);
        return named with { Mark = row is null ? null : DigestOf(row.Pseudonym) };
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Study}/{Number}{(Mark is null ? "" : "/")}{Mark}");

    public static ErasedParticipation? Parse(string name) =>
        name.Split('/') is [var study, var number, .. { Length: <= 1 } mark]
        && long.TryParse(study, NumberStyles.None, CultureInfo.InvariantCulture, out var key)
        && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var which)
            ? new ErasedParticipation(key, which, mark.FirstOrDefault())
            : null;

    public async Task<bool> IsErasedAsync(IReader reader, ErasedPart part, CancellationToken ct) =>
        await reader.ScalarAsync<long>(CountRemovals, this, ct) == 0
        && IsGone(await reader.FirstOrDefaultAsync<Row>(Select, this, ct), part);

    public async Task EraseAsync(IUnitOfWork unit, ErasedPart part, RemovalQueue removals, CancellationToken ct)
    {
        var row = await unit.FirstOrDefaultAsync<Row>(Select, this, ct);
        if (row is null || IsGone(row, part))
        {
            return;
        }

        await removals.AddParticipantAsync(unit, Study, Number, row.Account, part.Form, row.Slug, ct);
        if (part.Form == ErasureForm.Anonymise)
        {
            await unit.ExecuteAsync(ForgetSender, new { Study, row.Account }, ct);
            // The consent came back with the backup; who was cut loose gives none.
            if (await ConsentRecord.LastAsync(unit, Study, Number, ct) is { Given: true } last)
            {
                var withdrawn = last with { Given = false, Data = "anonymise", RecordedAt = part.RequestedAt };
                await withdrawn.AddAsync(unit, Study, Number, ct);
            }
        }

        await unit.ExecuteAsync(DeleteTie, this, ct);
        await StudyStore.BumpAsync(unit, Study, ct);
    }

    private bool IsGone(Row? row, ErasedPart part) =>
        row is null || !IsMeant(row, part) || (part.Form == ErasureForm.Anonymise && row.Account is null);

    // Of when a participant began only the day is kept.
    private bool IsMeant(Row row, ErasedPart part) =>
        Mark is null ? row.CreatedAt <= part.RequestedAt
        : long.TryParse(Mark, NumberStyles.None, CultureInfo.InvariantCulture, out var since)
            ? Coarse.DayOf(row.CreatedAt) == Coarse.DayOf(Rfc3339.ToTime(since))
        : Mark == DigestOf(row.Pseudonym);

    // Sixteen hex digits may all be decimal ones, hence the letter.
    private static string DigestOf(string pseudonym) =>
        "p" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(pseudonym)).AsSpan(0, 8));
}
