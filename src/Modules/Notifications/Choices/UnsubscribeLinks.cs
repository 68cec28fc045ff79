using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Sillage.Notifications.Contracts;
using Sillage.Storage;

namespace Sillage.Notifications.Choices;

/// <summary>The links that mails carry: each ends mails of one kind to one account, and opens nothing else.</summary>
internal sealed class UnsubscribeLinks(IDatabase<NotificationsData> database, IOptions<NotificationsOptions> options)
{
    /// <summary>Where they lead.</summary>
    public const string Path = "/notifications/unsubscribe/";

    private const string Insert = """
        INSERT INTO unsubscription (token, account_id, kind) VALUES (@Token, @AccountId, @Kind)
        ON CONFLICT (account_id, kind) DO NOTHING
        """;

    private const string Select = "SELECT token FROM unsubscription WHERE account_id = @AccountId AND kind = @Kind";

    private const string Resolve = "SELECT account_id, kind FROM unsubscription WHERE token = @Token";

    /// <summary>The link of a kind and an account, made where there is none yet.</summary>
    public async Task<string> OfAsync(Guid account, NotificationKind kind, CancellationToken ct)
    {
        var row = new
        {
            Token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(18)),
            AccountId = account,
            Kind = kind.Name,
        };
        var token =
            await database.ReadAsync(reader => reader.ScalarAsync<string>(Select, row, ct), ct)
            ?? await database.WriteAsync(
                async unit =>
                {
                    await unit.ExecuteAsync(Insert, row, ct);
                    return await unit.ScalarAsync<string>(Select, row, ct);
                },
                ct
            );
        return options.Value.Site.TrimEnd('/') + Path + token;
    }

    /// <summary>What a link's token stands for; null if it is none.</summary>
    public static Task<Unsubscription?> FindAsync(IReader reader, string token, CancellationToken ct) =>
        reader.FirstOrDefaultAsync<Unsubscription>(Resolve, new { Token = token }, ct);
}

/// <summary>What a link unsubscribes from.</summary>
internal sealed record Unsubscription(Guid AccountId, string Kind);
