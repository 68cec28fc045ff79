using Microsoft.AspNetCore.Routing;

namespace Sillage.Hosting;

/// <summary>Routes that several modules make up together, mapped after theirs; registered as a service.</summary>
public interface IRoutePart
{
    /// <summary>Maps them.</summary>
    void MapRoutes(IEndpointRouteBuilder routes);
}
