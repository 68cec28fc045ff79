using Microsoft.AspNetCore.Builder;

namespace Sillage.Api.Access;

/// <summary>Permissions on routes and groups.</summary>
public static class PermissionRoutes
{
    /// <summary>
    /// Lets only callers through that hold <paramref name="permission"/>, and every other that is asked for on the way;
    /// 401 without a credential, 403 without the permission.
    /// </summary>
    public static TBuilder RequirePermission<TBuilder>(this TBuilder routes, Permission permission)
        where TBuilder : IEndpointConventionBuilder => routes.WithMetadata(new PermissionMetadata(permission));
}

/// <summary>Says on an endpoint which permission it needs; read by the access check and the OpenAPI document.</summary>
/// <param name="Permission">The permission.</param>
public sealed record PermissionMetadata(Permission Permission);
