using System.Globalization;
using Sillage.Hosting.PersonalData;
using Sillage.Storage;
using Sillage.Traces.Consent;
using Sillage.Traces.Intake;
using Sillage.Traces.Removal;
using Sillage.Traces.Studies;

namespace Sillage.Traces.PersonalData;

/// <summary>
/// One participation on the list of erasures, named by study, number and when it began. With the account in its place the list
/// would be what was erased: a tie. A study made after a restore may have the key of one that was lost; its participants are
/// others, and began at another time.
/// </summary>
/// <param name="Study">The study's key.</param>
/// <param name="Number">The participant's number.</param>
/// <param name="Since">When it began, in microseconds since the Unix epoch; null in names that do not say so: then whoever is older than the erasure is meant.</param>
internal sealed record ErasedParticipation(long Study, long Number, long? Since = null)
{
    private const string Select = """
        SELECT s.slug, p.created_at, i.account FROM participant p
        JOIN study s ON s.key = p.study
        LEFT JOIN identity i ON i.study = p.study AND i.number = p.number
        WHERE p.study = @Study AND p.number = @Number
        """;

    private const string CountRemovals = "SELECT count(*) FROM removal WHERE study = @Study AND participant = @Number";

    private const string ForgetSender = "UPDATE quarantine SET sender = id WHERE study = @Study AND sender = @Account";

    private const string DeleteTie = "DELETE FROM identity WHERE study = @Study AND number = @Number";

    private sealed record Row(string Slug, DateTimeOffset CreatedAt, Guid? Account);

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
        return named with { Since = row is null ? null : Rfc3339.ToMicroseconds(row.CreatedAt) };
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Study}/{Number}{(Since is null ? "" : "/")}{Since}");

    public static ErasedParticipation? Parse(string name)
    {
        var parts = new List<long>();
        foreach (var part in name.Split('/'))
        {
            if (!long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                return null;
            }

            parts.Add(number);
        }

        return parts switch
        {
            [var study, var number] => new ErasedParticipation(study, number),
            [var study, var number, var since] => new ErasedParticipation(study, number, since),
            _ => null,
        };
    }

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
        row is null
        || (Since is { } since ? Rfc3339.ToMicroseconds(row.CreatedAt) != since : row.CreatedAt > part.RequestedAt)
        || (part.Form == ErasureForm.Anonymise && row.Account is null);
}
