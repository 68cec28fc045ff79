using System.Security.Claims;
using Sillage.Api.Access;
using Sillage.SocketIO;

namespace Sillage.Hosting.SocketIO;

/// <summary>A caller as Socket.IO knows users.</summary>
internal sealed class LivePrincipal(Caller caller, long changesBefore, DateTimeOffset? tokenEnds)
    : ClaimsPrincipal(caller.ToPrincipal("Sillage").Identities)
{
    public Caller Caller { get; } = caller;

    /// <summary>How many changes of accounts had been heard of before the credential was checked.</summary>
    public long ChangesBefore { get; } = changesBefore;

    /// <summary>When the access token's time is over; null for a credential that has none.</summary>
    public DateTimeOffset? TokenEnds { get; } = tokenEnds;

    /// <summary>Whether the client was told that the end of the token is near.</summary>
    public bool IsWarned { get; set; }

    /// <summary>The same by the same credential, as the account is now.</summary>
    public LivePrincipal As(Caller now) => new(now, ChangesBefore, TokenEnds) { IsWarned = IsWarned };
}

/// <summary>Nobody, by a credential that was refused: the client is told when it joins.</summary>
internal sealed class RefusedPrincipal(LiveRefusal refusal) : ClaimsPrincipal(new ClaimsIdentity())
{
    public LiveRefusal Refusal { get; } = refusal;
}

/// <summary>Why a client is kept out.</summary>
/// <param name="Code">One of the codes below: for the client's program.</param>
/// <param name="Message">For people.</param>
internal sealed record LiveRefusal(string Code, string Message)
{
    /// <summary>The token was good once: a new one is to be had with the refresh token.</summary>
    public const string Expired = "token_expired";

    /// <summary>There is no credential, or it is none, or its session has ended: log in.</summary>
    public const string Invalid = "token_invalid";

    /// <summary>The account may not; another token of it changes nothing.</summary>
    public const string Forbidden = "forbidden";

    /// <summary>Too many at once; later it will be taken.</summary>
    public const string TooMany = "too_many";

    public void Refuse(ConnectContext context) => context.Refuse(Message, new { code = Code });
}

/// <summary>Who is behind a live connection.</summary>
public static class LiveCaller
{
    /// <summary>The caller; null for one who gave no credential.</summary>
    public static Caller? Caller(this ClientSocket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        return (socket.User as LivePrincipal)?.Caller;
    }
}
