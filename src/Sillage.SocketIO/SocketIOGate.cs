using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;

namespace Sillage.SocketIO;

/// <summary>
/// What a host has to say about every client, whatever the namespace: who it is, what it may join, how much it may send. Register one
/// as a service; without it the framework's authorization decides. Its methods are called from many threads.
/// </summary>
public abstract class SocketIOGate
{
    /// <summary>
    /// Finds out who wants to join, before all else: sets <see cref="ConnectContext.User"/>, or refuses a credential that is none. A client
    /// that takes up where it was is then let in as who it is now, and only where that is who it was.
    /// </summary>
    public virtual ValueTask AuthenticateAsync(ConnectContext context) => ValueTask.CompletedTask;

    /// <summary>Refuses who does not meet what <see cref="NamespaceBuilder.RequireAuthorization"/> asks for.</summary>
    /// <param name="context">Who wants to join.</param>
    /// <param name="policies">The names given there; none means that a known user is enough.</param>
    public virtual async ValueTask AuthorizeAsync(ConnectContext context, IReadOnlyList<string> policies)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(policies);
        var authorization = context.Services.GetRequiredService<IAuthorizationService>();
        var provider = context.Services.GetRequiredService<IAuthorizationPolicyProvider>();
        if (policies.Count == 0)
        {
            await CheckAsync(await provider.GetDefaultPolicyAsync());
        }

        foreach (var name in policies)
        {
            await CheckAsync(
                await provider.GetPolicyAsync(name)
                    ?? throw new InvalidOperationException($"There is no authorization policy '{name}'.")
            );
        }

        async Task CheckAsync(AuthorizationPolicy policy)
        {
            if (!(await authorization.AuthorizeAsync(context.User, context, policy)).Succeeded)
            {
                context.Refuse("Not authorized");
            }
        }
    }

    /// <summary>A client has joined. It may have left again by now, and then <see cref="OnLeft"/> may come first.</summary>
    public virtual void OnJoined(ClientSocket socket) { }

    /// <summary>A client that had joined has left.</summary>
    public virtual void OnLeft(ClientSocket socket) { }

    /// <summary>Looks at an event before its handler does.</summary>
    /// <returns>What the client is told in place of the handler's answer; null if the handler is to have it.</returns>
    public virtual EventException? RefuseEvent(ClientSocket socket, string name) => null;

    /// <summary>Answers an event that no handler is for.</summary>
    /// <returns>What the client is told; null, as in Node's server, if it is left without an answer.</returns>
    public virtual EventException? RefuseUnknown(ClientSocket socket, string name) => null;

    /// <summary>Whether what one user began may be gone on with by another: an id that leaked is of no use to a stranger.</summary>
    internal static bool IsSameUser(ClaimsPrincipal first, ClaimsPrincipal now)
    {
        var isKnown = first.Identity?.IsAuthenticated is true;
        return !isKnown
            || now.Identity?.IsAuthenticated is true
                && NameOf(first) == NameOf(now)
                && first.Identity!.AuthenticationType == now.Identity.AuthenticationType;

        static string? NameOf(ClaimsPrincipal user) =>
            user.FindFirstValue(ClaimTypes.NameIdentifier) ?? user.FindFirstValue("sub") ?? user.Identity?.Name;
    }
}

/// <summary>Where the host says nothing of its own.</summary>
internal sealed class FrameworkGate : SocketIOGate;
