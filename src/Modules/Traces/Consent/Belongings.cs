using System.Runtime.InteropServices;
using Sillage.Storage;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Consent;

/// <summary>How much there is of a participant, told before anything is done to it.</summary>
/// <param name="Traces">How many traces.</param>
/// <param name="Quarantined">How many more are in quarantine.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Belongings(long Traces, long Quarantined)
{
    private const string CountTraces = "SELECT count(*) FROM trace WHERE study = @Study AND participant = @Number";

    private const string CountQuarantined = """
        SELECT count(*) FROM quarantine
        WHERE study = @Study AND (participant = @Number OR (sender = @Account AND participant IS NULL))
        """;

    /// <summary>So many, in words.</summary>
    public string Told => $"{Traces} traces, and {Quarantined} in quarantine,";

    public static Task<Belongings> CountAsync(
        IDatabase<TracesData> database,
        Study study,
        long number,
        CancellationToken ct
    )
    {
        var whose = new
        {
            Study = study.Key,
            Number = number,
            Account = ConsentParty.AccountOf(study, number),
        };
        return database.ReadAsync(
            async r => new Belongings(
                await r.ScalarAsync<long>(CountTraces, whose, ct),
                await r.ScalarAsync<long>(CountQuarantined, whose, ct)
            ),
            ct
        );
    }
}
