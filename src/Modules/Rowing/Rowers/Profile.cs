using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Sillage.Api.Formats;
using Sillage.Rowing.Records;
using Sillage.Storage;

namespace Sillage.Rowing.Rowers;

/// <summary>What of a rower measures are seen against. Nothing of it has to be said.</summary>
/// <param name="Weight">Kilograms.</param>
/// <param name="WeightClass">Heavy- or lightweight.</param>
/// <param name="MaximumHeartRate">Beats a minute: zones of heart rate are parts of it.</param>
/// <param name="ThresholdPower">Watts that one can hold for an hour: zones of power are parts of it.</param>
/// <param name="FirstName">As clients of the Logbook's API show it.</param>
/// <param name="LastName">As clients of the Logbook's API show it.</param>
/// <param name="Gender">As clients of the Logbook's API know it, <c>M</c> or <c>F</c>.</param>
/// <param name="Born">The date of birth.</param>
/// <param name="Country">Three letters.</param>
public sealed record Profile(
    [property: Range(20d, 300d)] double? Weight = null,
    WeightClass? WeightClass = null,
    [property: Range(60, 250)] int? MaximumHeartRate = null,
    [property: Range(20, 1000)] int? ThresholdPower = null,
    [property: StringLength(100)] string? FirstName = null,
    [property: StringLength(100)] string? LastName = null,
    [property: RegularExpression("^[MF]$")] string? Gender = null,
    DateOnly? Born = null,
    [property: RegularExpression("^[A-Z]{3}$")] string? Country = null
)
{
    internal static Profile Example { get; } = new(75, Records.WeightClass.H, 190, 240);
}

/// <summary>A rower as stored: a number for older clients, and a profile.</summary>
internal sealed record RowerRow(long Number, Guid AccountId, string Profile, DateTimeOffset UpdatedAt)
{
    private const string ByAccount =
        "SELECT number, account_id, profile, updated_at FROM rower WHERE account_id = @Account";

    private const string Insert = """
        INSERT INTO rower (account_id, profile, updated_at) VALUES (@Account, '{}', @Now)
        ON CONFLICT (account_id) DO NOTHING
        """;

    private const string Update = "UPDATE rower SET profile = @Profile, updated_at = @Now WHERE account_id = @Account";

    public Profile ReadProfile() => JsonSerializer.Deserialize<Profile>(Profile, Json.Options) ?? new Profile();

    public static Task<RowerRow?> FindAsync(IReader reader, Guid account, CancellationToken ct) =>
        reader.FirstOrDefaultAsync<RowerRow>(ByAccount, new { Account = account }, ct);

    /// <summary>The rower of an account, made if there is none yet.</summary>
    public static async Task<RowerRow> ObtainAsync(
        IUnitOfWork unit,
        Guid account,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        if (await FindAsync(unit, account, ct) is { } known)
        {
            return known;
        }

        await unit.ExecuteAsync(Insert, new { Account = account, Now = now }, ct);
        return (await FindAsync(unit, account, ct))!;
    }

    public static Task SaveAsync(
        IUnitOfWork unit,
        Guid account,
        Profile profile,
        DateTimeOffset now,
        CancellationToken ct
    ) =>
        unit.ExecuteAsync(
            Update,
            new
            {
                Account = account,
                Profile = JsonSerializer.Serialize(profile, Json.Options),
                Now = now,
            },
            ct
        );
}
