using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Api.Replies;

namespace Sillage.Accounts.Keys;

/// <summary>A signing key, as an administrator sees it: never the key itself.</summary>
/// <param name="Kid">Its name in tokens and in the key set.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="SignsFrom">From when on it signs; before, it is only published.</param>
/// <param name="State">What it is for now.</param>
public sealed record SigningKeyState(string Kid, DateTimeOffset CreatedAt, DateTimeOffset SignsFrom, KeyUse State);

/// <summary>What a signing key is for.</summary>
public enum KeyUse
{
    /// <summary>It is published ahead of its time, and does not sign yet.</summary>
    Next,

    /// <summary>It signs.</summary>
    Current,

    /// <summary>It signs no more; what it has signed counts until it expires.</summary>
    Previous,
}

/// <summary>Lists the ring of signing keys.</summary>
internal static class ListKeys
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/api/v1/signing-keys", Handle)
            .RequirePermission(AccountsPermission.ManageAccounts)
            .WithTags("Accounts")
            .WithSummary("List the signing keys")
            .WithDescription(
                "The keys of the ring, the newest first, all at once. Their public halves are in the key set."
            )
            .WithReplyExample(
                new Page<SigningKeyState>(
                    [
                        new SigningKeyState(
                            "Zq3vK8mTQn0",
                            DateTimeOffset.UnixEpoch,
                            DateTimeOffset.UnixEpoch,
                            KeyUse.Current
                        ),
                    ],
                    Next: null
                )
            );

    private static Reply<Page<SigningKeyState>> Handle(KeyRing ring)
    {
        var current = ring.Current().Kid;
        var isPast = false;
        var keys = new List<SigningKeyState>();
        foreach (var key in ring.Keys)
        {
            var isCurrent = key.Key.Kid == current;
            var use =
                isCurrent ? KeyUse.Current
                : isPast ? KeyUse.Previous
                : KeyUse.Next;
            isPast |= isCurrent;
            keys.Add(new SigningKeyState(key.Key.Kid, key.CreatedAt, key.SignsFrom, use));
        }

        return Reply.Ok(new Page<SigningKeyState>(keys, Next: null));
    }
}
