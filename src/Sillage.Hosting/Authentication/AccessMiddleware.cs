using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Sillage.Api.Access;
using Sillage.Api.Problems;
using Sillage.Hosting.Authentication.Open;
using Sillage.Hosting.Limits;
using Sillage.Hosting.Pipeline;
using Sillage.Hosting.Processes;

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

    /// <summary>What somebody is told whose role needs a second factor.</summary>
    public static readonly Problem FactorMissing = Problem.Forbidden(
        "Accounts with your role need a second factor, and yours has none: set one up with POST /api/v1/me/second-factor. Until then nothing else is open."
    );

    private readonly RequestDelegate _next;
    private readonly RequestDelegate _authorize;
    private readonly IIdentityAuthority _authority;
    private readonly RateLimiter _limiter;
    private readonly OpenReplies _replies;

    public AccessMiddleware(
        RequestDelegate next,
        IIdentityAuthority authority,
        RateLimiter limiter,
        OpenReplies replies
    )
    {
        (_next, _authority, _limiter, _replies) = (next, authority, limiter, replies);
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
            return metadata.GetMetadata<ServiceMetadata>() is { } service
                ? EnterServiceAsync(context, service)
                : AuthorizeAsync(context);
        }

        var before = _replies.Changes;
        // The keys and sessions in use are in memory: nearly always the answer is there at once.
        var check = Credential.CheckAsync(context.Request, _authority, context.RequestAborted);
#pragma warning disable MA0042 // It is there: awaiting it would cost a state machine a request.
        return check.IsCompletedSuccessfully
            ? EnterAsync(context, check.Result, before)
            : EnterLaterAsync(context, check, before);
#pragma warning restore MA0042
    }

    private Task EnterServiceAsync(HttpContext context, ServiceMetadata service) =>
        service.IsBrought(context.Request)
            ? _next(context)
            : _limiter.RefuseAsync(context, new Challenge("Only another process of this deployment may ask this."));

    private async Task EnterLaterAsync(HttpContext context, ValueTask<CredentialCheck> check, long before) =>
        await EnterAsync(context, await check, before);

    private Task EnterAsync(HttpContext context, CredentialCheck check, long before)
    {
        switch (check)
        {
            case { Caller: { } caller }:
                context.Features.Set(caller);
                return LongReply.Is(context.GetEndpoint()?.Metadata)
                    ? _limiter.LimitAccountAsync(context, caller, c => _replies.RunAsync(c, caller, before, _authorize))
                    : _limiter.LimitAccountAsync(context, caller, _authorize);
            case { Refusal: { } reason }:
                // A cookie that counts no more is of no use, and in the way where nothing is needed.
                if (
                    reason != Credential.ForeignCookie
                    && context.Request.Headers.Authorization.Count == 0
                    && SessionCookies.IsBrought(context.Request)
                )
                {
                    SessionCookies.ClearAccess(context);
                }

                return _limiter.RefuseAsync(context, new Challenge(reason));
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

        if (caller.MustEnrol && metadata?.GetMetadata<WithoutFactorMetadata>() is null)
        {
            return FactorMissing.ExecuteAsync(context);
        }

        foreach (var needed in metadata?.GetOrderedMetadata<PermissionMetadata>() ?? [])
        {
            if (!caller.Can(needed.Permission))
            {
                return Denied.ExecuteAsync(context);
            }
        }

        return metadata?.GetOrderedMetadata<GateMetadata>() is { Count: > 0 } gates
            ? PassAsync(context, caller, gates, 0)
            : _next(context);
    }

    private Task PassAsync(HttpContext context, Caller caller, IReadOnlyList<GateMetadata> gates, int first)
    {
        for (var i = first; i < gates.Count; i++)
        {
            // As with credentials: what is in use is in memory.
            var check = gates[i].PassAsync(context, caller);
#pragma warning disable MA0042
            if (!check.IsCompletedSuccessfully)
            {
                return PassLaterAsync(context, caller, check, gates, i + 1);
            }

            if (check.Result is { } refusal)
            {
                return refusal.ExecuteAsync(context);
            }
#pragma warning restore MA0042
        }

        return _next(context);
    }

    private async Task PassLaterAsync(
        HttpContext context,
        Caller caller,
        ValueTask<Problem?> check,
        IReadOnlyList<GateMetadata> gates,
        int next
    ) => await (await check is { } refusal ? refusal.ExecuteAsync(context) : PassAsync(context, caller, gates, next));
}
