namespace Sillage.Api.Access;

/// <summary>
/// A reply that goes on for long. It ends when the caller's session, key or account does; what else let the caller in holds it with
/// <see cref="Hold"/>.
/// </summary>
public interface IOpenReply
{
    /// <summary>
    /// Has the reply ended within two seconds once <paramref name="still"/> says no. It is asked every second, for the caller as he is
    /// then, so it is to be quick; what it throws is taken for a yes that is asked for again.
    /// </summary>
    void Hold(Func<Caller, CancellationToken, ValueTask<bool>> still);
}
