using System.Text.Json;
using Sillage.Storage;
using Sillage.Traces.Consent;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Import;

/// <summary>
/// Consent of people whom an import makes participants, as it was given before there was this server: whoever runs the
/// import says that it is there, on paper.
/// </summary>
internal static class PaperConsent
{
    /// <summary>Records it for these participants, who are being entered by the same unit.</summary>
    public static async Task RecordAsync(
        IUnitOfWork unit,
        Study study,
        IReadOnlyCollection<long> numbers,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        if (study.Consent is not { Terms.Version: var version } || numbers.Count == 0)
        {
            return;
        }

        var given = new ConsentRecord(true, version, "researcher", null, now);
        foreach (var number in numbers)
        {
            await given.AddAsync(unit, study.Key, number, ct);
        }

        var details = JsonSerializer.Serialize(new { imported = numbers.Count, version });
        await unit.AuditAsync(new AuditEntry("consent.recorded", null, study.Slug, details), ct);
    }
}
