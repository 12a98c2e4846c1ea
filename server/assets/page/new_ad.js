export class NewAd { constructor() { this.element = document.createElement('div'); this.title='Ad'; } move() {} async refresh() { return null; } }
