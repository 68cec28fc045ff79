using Sillage.Api.Access;

namespace Sillage.Hosting.Authentication.Open;

/// <summary>What goes on for a caller after he was let in: a long reply, a live connection.</summary>
internal interface IOpenCaller
{
    /// <summary>Who it is for.</summary>
    Caller Caller { get; }

    /// <summary>It may go on, for the caller as he is now.</summary>
    void Renew(Caller now);

    /// <summary>It may not go on.</summary>
    void End();

    /// <summary>Whether all else still holds by which the caller was let in.</summary>
    ValueTask<bool> StillHoldsAsync(CancellationToken ct);
}
