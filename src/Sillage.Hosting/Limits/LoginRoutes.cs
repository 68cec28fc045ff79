using Microsoft.AspNetCore.Builder;

namespace Sillage.Hosting.Limits;

/// <summary>Marks routes on which people prove who they are.</summary>
public static class LoginRoutes
{
    /// <summary>
    /// For registration, refresh and the like: counted more strictly by address, and a credential that comes along
    /// (an expired token, say) is not looked at.
    /// </summary>
    public static TBuilder LimitLogins<TBuilder>(this TBuilder routes)
        where TBuilder : IEndpointConventionBuilder => routes.WithMetadata(new LoginMetadata());
}

/// <summary>See <see cref="LoginRoutes.LimitLogins"/>.</summary>
public sealed class LoginMetadata;
