using Microsoft.AspNetCore.Http;
using Sillage.Api.Access;

namespace Sillage.Hosting.Authentication;

/// <summary>
/// Long replies of routes that are open to everybody, for a caller whom the handler knows by other means than a credential: held to the account, and counted in its share and its network's, as
/// all others are (<see cref="LongReply"/>).
/// </summary>
public interface IHeldReplies
{
    /// <summary>How many changes of accounts were heard of until now; to be taken before the caller is checked.</summary>
    long Changes { get; }

    /// <summary>Runs what gives the reply if there is room for one more, and ends it when the caller may no more.</summary>
    /// <param name="context">The request.</param>
    /// <param name="caller">For whom it is.</param>
    /// <param name="before">What <see cref="Changes"/> was before the caller was checked.</param>
    /// <param name="reply">Gives it; <see cref="Caller.Reply"/> of the caller that it finds among the request's features holds it to more.</param>
    Task RunAsync(HttpContext context, Caller caller, long before, RequestDelegate reply);
}
