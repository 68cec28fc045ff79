using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Sillage.Hosting.Limits;
using Sillage.Hosting.Problems;

namespace Sillage.Hosting.Authentication;

/// <summary>
/// Who asks, and may they: every route is closed that does not open itself. A credential that comes is good or the request
/// ends, on anonymous routes too: a client whose token has expired learns it at once, and does not get a stranger's view
/// of things. One step in place of the framework's three (docs/adr/0018).
/// </summary>
internal sealed class AccessMiddleware
{
    /// <summary>What somebody known is told who may not.</summary>
    public static readonly Problem Denied = Problem.Forbidden(
        "Your account does not have the permission that this needs."
    );

    private readonly RequestDelegate _next;
    private readonly RequestDelegate _authorize;
    private readonly IIdentityAuthority _authority;
    private readonly RateLimiter _limiter;

    public AccessMiddleware(RequestDelegate next, IIdentityAuthority authority, RateLimiter limiter)
    {
        (_next, _authority, _limiter) = (next, authority, limiter);
        _authorize = AuthorizeAsync;
    }

    public Task InvokeAsync(HttpContext context)
    {
        var metadata = context.GetEndpoint()?.Metadata;
        if (
            metadata?.GetMetadata<LoginMetadata>() is not null
            || metadata?.GetMetadata<IgnoresCredentialsMetadata>() is not null
        )
        {
            return AuthorizeAsync(context);
        }

        // The keys and sessions in use are in memory: nearly always the answer is there at once.
        var check = Credential.CheckAsync(context.Request, _authority, context.RequestAborted);
#pragma warning disable MA0042 // It is there: awaiting it would cost a state machine a request.
        return check.IsCompletedSuccessfully ? EnterAsync(context, check.Result) : EnterLaterAsync(context, check);
#pragma warning restore MA0042
    }

    private async Task EnterLaterAsync(HttpContext context, ValueTask<CredentialCheck> check) =>
        await EnterAsync(context, await check);

    private Task EnterAsync(HttpContext context, CredentialCheck check)
    {
        switch (check)
        {
            case { Caller: { } caller }:
                context.Features.Set(caller);
                return _limiter.LimitAccountAsync(context, caller, _authorize);
            case { Refusal: { } reason }:
                _limiter.CountRefusal(context);
                return new Challenge(reason).ExecuteAsync(context);
            default:
                return AuthorizeAsync(context);
        }
    }

    private Task AuthorizeAsync(HttpContext context)
    {
        // What has no endpoint has been answered before; should it come here, it is closed.
        var metadata = context.GetEndpoint()?.Metadata;
        if (metadata?.GetMetadata<IAllowAnonymous>() is not null)
        {
            return _next(context);
        }

        if (context.Features.Get<Caller>() is not { } caller)
        {
            return new Challenge().ExecuteAsync(context);
        }

        foreach (var needed in metadata?.GetOrderedMetadata<PermissionMetadata>() ?? [])
        {
            if (!caller.Can(needed.Permission))
            {
                return Denied.ExecuteAsync(context);
            }
        }

        return _next(context);
    }
}
