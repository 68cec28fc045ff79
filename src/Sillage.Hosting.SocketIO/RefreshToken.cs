using System.Text.Json;
using Sillage.Api.Formats;
using Sillage.SocketIO;

namespace Sillage.Hosting.SocketIO;

/// <summary>A new token for a connection.</summary>
/// <param name="Token">An access token, or an API key.</param>
public sealed record NewToken(string Token);

/// <summary>Until when a connection counts now.</summary>
/// <param name="ExpiresAt">When the token ends; left out for a credential that has no end of its own.</param>
public sealed record TokenTaken(DateTimeOffset? ExpiresAt);

/// <summary>Takes a new token on a connection that is open, in every namespace: <c>auth:refresh</c>.</summary>
internal sealed class RefreshToken(LiveCredentials credentials, LiveSockets sockets, LiveLimits limits)
{
    public const string EventName = "auth:refresh";

    public static LiveRequestEvent Described { get; } =
        new(
            EventName,
            "Gives a new token of the same account for a connection that is open.",
            typeof(NewToken),
            typeof(TokenTaken),
            null
        );

    private static readonly LiveRefusal Unknown = new(
        LiveRefusal.Invalid,
        "One object with a 'token' is expected, on a connection that was opened with one."
    );

    private static readonly LiveRefusal Another = new(
        LiveRefusal.Forbidden,
        "The token is of another account, or allows less. Connect anew with it."
    );

    public static void Map(SocketIOBuilder live) => live.OnInAll(EventName, HandleLive);

    private static Task<JsonElement> HandleLive(
        ClientSocket socket,
        RefreshToken refresh,
        JsonElement? argument,
        CancellationToken ct
    ) => refresh.RunAsync(socket, argument, ct);

    private async Task<JsonElement> RunAsync(ClientSocket socket, JsonElement? argument, CancellationToken ct)
    {
        if (
            socket.Caller() is not { } caller
            || argument is not { ValueKind: JsonValueKind.Object } auth
            || await credentials.OfAuthAsync(auth, ct) is not { } shown
        )
        {
            throw Refusal(Unknown);
        }

        if (shown is RefusedPrincipal { Refusal: { } refusal })
        {
            throw Refusal(limits.CountRefusal(socket.Handshake.RemoteAddress) ?? refusal);
        }

        var now = (LivePrincipal)shown;
        if (now.Caller.Id != caller.Id || !now.Caller.Permissions.IsSupersetOf(caller.Permissions))
        {
            throw Refusal(Another);
        }

        sockets.Replace(socket, now);
        return JsonSerializer.SerializeToElement(new TokenTaken(now.TokenEnds), Json.Options);
    }

    private static EventException Refusal(LiveRefusal refusal) => new(refusal.Message, new { code = refusal.Code });
}
