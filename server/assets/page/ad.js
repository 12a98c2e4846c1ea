export class AdView { constructor() { this.element = document.createElement('div'); this.title='Ad'; } move() {} async refresh() { return null; } }
