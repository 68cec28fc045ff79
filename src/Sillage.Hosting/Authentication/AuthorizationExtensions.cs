using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;

namespace Sillage.Hosting.Authentication;

/// <summary>Permissions as policies on routes and groups.</summary>
public static class AuthorizationExtensions
{
    /// <summary>Lets only callers through that hold <paramref name="permission"/>; 401 without a credential, 403 without the permission.</summary>
    public static TBuilder RequirePermission<TBuilder>(this TBuilder routes, string permission)
        where TBuilder : IEndpointConventionBuilder =>
        routes
            .RequireAuthorization(policy => policy.AddRequirements(new PermissionRequirement(permission)))
            .WithMetadata(new PermissionMetadata(permission));
}

/// <summary>Says on an endpoint which permission it needs; read by the OpenAPI document.</summary>
/// <param name="Permission">See <see cref="Authentication.Permission"/>.</param>
public sealed record PermissionMetadata(string Permission);

internal sealed record PermissionRequirement(string Permission) : IAuthorizationRequirement;

internal sealed class PermissionHandler(Microsoft.AspNetCore.Http.IHttpContextAccessor accessor)
    : AuthorizationHandler<PermissionRequirement>
{
    protected override Task HandleRequirementAsync(
        AuthorizationHandlerContext context,
        PermissionRequirement requirement
    )
    {
        if (accessor.HttpContext?.Features.Get<Caller>() is { } caller && caller.Can(requirement.Permission))
        {
            context.Succeed(requirement);
        }

        return Task.CompletedTask;
    }
}
