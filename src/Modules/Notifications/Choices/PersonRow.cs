using Sillage.Notifications.Contracts;
using Sillage.Storage;

namespace Sillage.Notifications.Choices;

/// <summary>How somebody wants to be notified, as it is stored.</summary>
internal sealed record PersonRow(
    Guid AccountId,
    string? Language,
    string? Zone,
    string? QuietFrom,
    string? QuietUntil,
    string? Digest
)
{
    private const string Select = """
        SELECT account_id, language, zone, quiet_from, quiet_until, digest FROM person WHERE account_id = @AccountId
        """;

    public const string Save = """
        INSERT INTO person (account_id, language, zone, quiet_from, quiet_until, digest)
        VALUES (@AccountId, @Language, @Zone, @QuietFrom, @QuietUntil, @Digest)
        ON CONFLICT (account_id) DO UPDATE SET language = excluded.language, zone = excluded.zone,
          quiet_from = excluded.quiet_from, quiet_until = excluded.quiet_until, digest = excluded.digest
        """;

    /// <summary>The pause that the digest makes; null for none.</summary>
    public TimeSpan? DigestPause =>
        Digest switch
        {
            "hour" => TimeSpan.FromHours(1),
            "day" => TimeSpan.FromDays(1),
            "week" => TimeSpan.FromDays(7),
            _ => null,
        };

    public static Task<PersonRow?> FindAsync(IReader reader, Guid account, CancellationToken ct) =>
        reader.FirstOrDefaultAsync<PersonRow>(Select, new { AccountId = account }, ct);
}

/// <summary>What somebody chose about a kind and a channel.</summary>
internal sealed record ChoiceRow(string Kind, string Channel, bool Wanted)
{
    public const string Save = """
        INSERT INTO choice (account_id, kind, channel, wanted) VALUES (@AccountId, @Kind, @Channel, @Wanted)
        ON CONFLICT (account_id, kind, channel) DO UPDATE SET wanted = excluded.wanted
        """;

    private const string Select = "SELECT kind, channel, wanted FROM choice WHERE account_id = @AccountId";

    public static Task<IReadOnlyList<ChoiceRow>> ListAsync(IReader reader, Guid account, CancellationToken ct) =>
        reader.QueryAsync<ChoiceRow>(Select, new { AccountId = account }, ct);

    /// <summary>The channels by which a kind reaches somebody. What concerns security is nobody's choice.</summary>
    public static NotificationChannels ChannelsOf(NotificationKind kind, IEnumerable<ChoiceRow> choices)
    {
        var channels = kind.Channels;
        if (kind.IsSecurity)
        {
            return channels;
        }

        foreach (var choice in choices.Where(choice => choice.Kind == kind.Name))
        {
            var channel = Enum.Parse<NotificationChannels>(choice.Channel, ignoreCase: true);
            channels = choice.Wanted ? channels | channel : channels & ~channel;
        }

        return channels;
    }
}
